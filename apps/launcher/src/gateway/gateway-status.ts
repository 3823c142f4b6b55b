import type { ChannelReader } from './channel.ts';
import type { ExternalGateway } from './external-gateway.ts';
import type { GatewayState } from './lifecycle.ts';
import type { LastExit, Supervisor } from './supervise.ts';

/** The body of `GET /api/gateway/status` (launcher-http.md, "Gateway"). */
export interface GatewayStatus {
  readonly gateway_status: GatewayState;
  readonly pid?: number;
  readonly gateway_version?: string;
  readonly host?: string;
  readonly port?: number;
  /** ISO 8601. */
  readonly started_at?: string;
  readonly uptime_s?: number;
  /** Whether this launcher started it, and will end it. */
  readonly owned: boolean;
  readonly gateway_start_allowed: boolean;
  /** Why a start is not allowed, or why it does not run. */
  readonly gateway_start_reason?: string;
  /** Something that only a start reads is configured otherwise by now. */
  readonly gateway_restart_required: boolean;
  readonly config_default_model?: string;
  readonly boot_default_model?: string;
  readonly last_exit?: LastExit;
}

/** Says how the gateway is, without side effects. */
export type ReadGatewayStatus = () => Promise<GatewayStatus>;

interface StatusOptions {
  readonly supervisor: Supervisor;
  readonly channel: ChannelReader;
  readonly external?: ExternalGateway | undefined;
  /** Why the launcher does not start gateways, when it does not. */
  readonly startForbidden: string | undefined;
  readonly now?: () => number;
}

/**
 * Puts together what the supervisor, the pid file and the configuration say. Those who ask in one turn of the event loop get
 * one answer: their questions were there at the same moment, and each look takes half a dozen calls of the system.
 */
export function createStatusReader(options: StatusOptions): ReadGatewayStatus {
  const look = createLook(options);
  let looking: Promise<GatewayStatus> | undefined;
  const forget = () => {
    looking = undefined;
  };
  options.supervisor.onChange(forget);
  return () => {
    if (looking === undefined) {
      looking = look();
      setImmediate(forget);
    }
    return looking;
  };
}

function createLook(options: StatusOptions): ReadGatewayStatus {
  const { supervisor, channel, external, startForbidden, now = Date.now } = options;
  return async () => {
    const { defaultModel, gatewayPort } = await channel.read();
    const model = defaultModel === undefined ? {} : { config_default_model: defaultModel };
    const start = { gateway_start_allowed: startForbidden === undefined };
    if (external !== undefined) {
      const seen = await external.look();
      return {
        gateway_status: seen.isUp ? 'running' : 'error',
        ...{ host: external.host, port: external.port, owned: false, gateway_restart_required: false },
        ...{ ...start, ...reasonOf(seen.isUp ? startForbidden : seen.reason) },
        ...model,
      };
    }
    const { state, record, owned, lastExit, reason, bootModel } = await supervisor.status();
    const startedAt = record?.startedAt;
    const isOtherPort = record !== undefined && gatewayPort !== undefined && ![0, record.port].includes(gatewayPort);
    const isOtherModel = bootModel !== undefined && bootModel !== defaultModel;
    return {
      gateway_status: state,
      ...(record && { pid: record.pid, gateway_version: record.version, host: record.host, port: record.port }),
      ...(startedAt && { started_at: startedAt, uptime_s: secondsBetween(Date.parse(startedAt), now()) }),
      ...{ owned, ...start, ...reasonOf(startForbidden ?? reason) },
      gateway_restart_required: state === 'running' && (isOtherPort || (owned && isOtherModel)),
      ...model,
      ...(bootModel !== undefined && { boot_default_model: bootModel }),
      ...(lastExit && { last_exit: lastExit }),
    };
  };
}

const secondsBetween = (from: number, to: number): number => Math.max(0, Math.floor((to - from) / 1_000));

const reasonOf = (reason: string | undefined) => (reason === undefined ? {} : { gateway_start_reason: reason });
