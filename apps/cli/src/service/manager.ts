import type { ServiceKind } from '@picoclaw/config';
import type { ServicePlan } from './plan.ts';

/** Whether an order was carried out. */
export type Outcome = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** What a manager says of a service. */
export type ServiceState =
  | { readonly state: 'running'; readonly pid: number | undefined; readonly since: string | undefined }
  /** It waits to be started anew after a failure. */
  | { readonly state: 'restarting'; readonly exitCode: number | undefined }
  | { readonly state: 'failed'; readonly exitCode: number | undefined; readonly since: string | undefined }
  | { readonly state: 'stopped' }
  | { readonly state: 'unknown'; readonly reason: string };

/** A service manager of the user, by its own client program. Only `isAvailable` and `enable` work when none answers. */
export interface ServiceManager {
  readonly name: 'systemd' | 'launchd';
  readonly title: string;
  /** The name of the unit, as the manager knows it. */
  unitName(kind: ServiceKind): string;
  /** Where the unit has to lie. */
  unitFile(kind: ServiceKind): string;
  render(plan: ServicePlan): string;
  isAvailable(): Promise<Outcome>;
  /** Has the service start at sign-in; the unit must have been written. */
  enable(kind: ServiceKind): Promise<void>;
  /** Has the manager read the units anew. */
  reload(): Promise<Outcome>;
  start(kind: ServiceKind): Promise<Outcome>;
  stop(kind: ServiceKind): Promise<Outcome>;
  /** Ends it when it runs, and starts it as its unit says now. */
  restart(kind: ServiceKind): Promise<Outcome>;
  state(kind: ServiceKind): Promise<ServiceState>;
  /** Ends the service for good, before its unit is removed. */
  unload(kind: ServiceKind): Promise<Outcome>;
  /** What a person types to see what the service has said. */
  logCommand(kind: ServiceKind): string;
}
