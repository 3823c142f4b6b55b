import * as z from 'zod/mini';
import { type Reply, request } from './request.ts';

const Origin = z.object({ source: z.string(), from: z.optional(z.string()) });

const Config = z.looseObject({
  sources: z.record(z.string(), Origin),
  /** The keys that something stronger than the file decides. */
  fixed: z.array(z.string()),
  /** The keys whose stored value the launcher does not run with yet. */
  restart_pending: z.array(z.string()),
});
/** Settings by key, with what is known about them. */
export type Config = z.infer<typeof Config>;

const Saved = z.object({
  config: Config,
  /** Whether the gateway runs with the change already. */
  reloaded: z.optional(z.boolean()),
  restart_required: z.boolean(),
});
export type Saved = z.infer<typeof Saved>;

/** New values by key; null goes back to the default. */
export type Changes = Readonly<Record<string, unknown>>;

/** Where settings are kept. */
export interface SettingsStore {
  load(signal: AbortSignal): Promise<Reply<Config>>;
  /** `confirmed`: also when it locks the person out. */
  save(changes: Changes, confirmed: boolean): Promise<Reply<Saved>>;
}

const storeAt = (path: string): SettingsStore => ({
  load: (signal) => request(path, Config, { signal }),
  save: (changes, confirmed) =>
    request(`${path}${confirmed ? '?confirm=1' : ''}`, Saved, { method: 'PUT', body: changes }),
});

/** launcher-config.json. */
export const launcherStore = storeAt('api/system/launcher-config');

/** What config.json says of the gateway and its channel. */
export const gatewayStore = storeAt('api/system/gateway-config');

const Version = z.object({ version: z.string(), node: z.string() });
export type Version = z.infer<typeof Version>;

/** Which launcher this is. */
export function fetchVersion(signal: AbortSignal): Promise<Reply<Version>> {
  return request('api/system/version', Version, { signal });
}
