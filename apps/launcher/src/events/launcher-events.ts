import { type Backplane, createHub, type Hub, type SlowPolicy } from '@picoclaw/hub';
import type { BaseLogger } from 'pino';
import type { GatewayStatus, ReadGatewayStatus } from '../gateway/gateway-status.ts';
import type { Supervisor } from '../gateway/supervise.ts';

/** The channels of `/api/events` (launcher-http.md, "The rest"). */
const EventChannel = {
  status: 'gateway:status',
  process: 'process:gateway',
  notices: 'launcher:notices',
} as const;

/** Something that happened and that nobody asked for; `code` is stable. */
export interface Notice {
  readonly code: 'channel_token_rotated' | 'gateway_failed' | 'gateway_restarting';
  readonly message: string;
}

/** What the launcher tells those who watch. */
export interface LauncherEvents {
  readonly hub: Hub;
  /** Whether there are other launchers that cannot be told at this moment. */
  readonly isAlone: boolean;
  notice(notice: Notice): void;
  close(): Promise<void>;
}

interface EventsOptions {
  readonly supervisor: Supervisor;
  readonly readStatus: ReadGatewayStatus;
  readonly logger: BaseLogger;
  /** What several launchers share; without one, this launcher is alone. */
  readonly backplane?: Backplane | undefined;
  readonly pollMs?: number;
}

/** Everybody's browser and the tools of one person; each has one connection. */
const MAX_CONNECTIONS = 1_000;
/** A gateway that somebody else started changes without our doing; nobody watching, nobody looks. */
const POLL_MS = 1_000;
/** Who ends the launcher does not wait for browsers. */
const CLOSE_WITHIN_MS = 1_000;
/** Many changes at once, and many who begin to watch at once, are told once. */
const SETTLE_MS = 20;

const POLICIES: Readonly<Record<string, SlowPolicy>> = {
  [EventChannel.status]: 'latest',
  [EventChannel.process]: 'drop',
};

/** Publishes the gateway's status, its output and notices to whoever subscribes. */
export function createLauncherEvents({
  supervisor,
  readStatus,
  logger,
  backplane,
  pollMs = POLL_MS,
}: EventsOptions): LauncherEvents {
  const names: readonly string[] = Object.values(EventChannel);
  let told = '';
  let timer: NodeJS.Timeout | undefined;

  const onError = (error: unknown) => logger.error({ code: 'events_failed', err: error }, 'an event could not be told');
  const hub = createHub({
    maxConnections: MAX_CONNECTIONS,
    ...(backplane && { backplane }),
    authorize: (_identity, channel) => names.includes(channel),
    policyOf: (channel) => POLICIES[channel] ?? 'disconnect',
    // Who begins to watch sees how things are, not how they will be next.
    onSubscribe: (_connection, channel) => channel === EventChannel.status && tellSoon('anew'),
    onError,
  });
  const tell = async (isAnew: boolean) => {
    const status = await readStatus();
    const text = JSON.stringify({ ...status, uptime_s: undefined });
    if (!isAnew && text === told) return;
    told = text;
    hub.publish(EventChannel.status, status);
  };
  let isAnewDue = false;
  const tellSoon = (why: 'anew' | 'changed') => {
    isAnewDue ||= why === 'anew';
    timer ??= setTimeout(() => {
      timer = undefined;
      const isAnew = isAnewDue;
      isAnewDue = false;
      tell(isAnew).catch(onError);
    }, SETTLE_MS).unref();
  };
  const isWatched = () => hub.subscriberCount(EventChannel.status) > 0;
  const poll = setInterval(() => {
    if (isWatched()) tellSoon('changed');
    if (hub.subscriberCount(EventChannel.process) > 0) supervisor.refreshLog().catch(onError);
  }, pollMs).unref();

  let last: GatewayStatus['gateway_status'] | undefined;
  const stopChanges = supervisor.onChange(({ state, exitCode, reason }) => {
    tellSoon('changed');
    if (state === last) return;
    last = state;
    hub.publishProcessStatus('gateway', state, exitCode);
    if (state === 'restarting') notice({ code: 'gateway_restarting', message: reason ?? '' });
    if (state === 'error') notice({ code: 'gateway_failed', message: reason ?? '' });
  });
  const stopLines = supervisor.log.onLine((line, offset) => hub.publishProcessOutput('gateway', line, offset));
  const notice = (what: Notice) => void hub.publish(EventChannel.notices, what);

  return {
    hub,
    get isAlone() {
      return hub.backplaneStatus().state === 'detached';
    },
    notice,
    async close() {
      clearInterval(poll);
      clearTimeout(timer);
      stopChanges();
      stopLines();
      await hub.close({ graceMs: CLOSE_WITHIN_MS });
    },
  };
}
