import type { BaseLogger } from 'pino';
import type { Channel, ChannelReader } from './channel.ts';
import type { Supervisor } from './supervise.ts';

/** Keeps the running gateway on the channel token that is configured (tokens.md: no drift). */
export interface TokenSync {
  /** Has the running gateway read its configuration now; whether it did. */
  apply(): Promise<boolean>;
  /** Does what changes the configured token: to tell the gateway is then up to who called this, by `apply`. */
  change<T>(work: () => Promise<T>): Promise<T>;
  /** A gateway is about to be started and will read what is configured now: that is no change. */
  startsNow(): Promise<void>;
  /** The gateway refused the token that the launcher read from the files: it has an older one. */
  refused(): void;
  close(): void;
}

interface TokenSyncOptions {
  readonly channel: ChannelReader;
  readonly supervisor: Supervisor;
  readonly logger: BaseLogger;
  /** The running gateway has taken a changed token. */
  readonly onApplied?: () => void;
  readonly pollMs?: number;
  readonly now?: () => number;
}

/** Together with a reload this stays under the two seconds that a client with the new token may be refused. */
const POLL_MS = 500;
/** A gateway that refuses for another reason is not reloaded for each of its clients. */
const REFUSAL_PAUSE_MS = 5_000;

/**
 * Looks at the configuration twice a second, which costs two `stat`: watches are not told of changes on network file
 * systems and of some mounted into containers. A file that cannot be read, as while somebody edits it, changes nothing.
 */
export function createTokenSync(options: TokenSyncOptions): TokenSync {
  const { channel, supervisor, logger, pollMs = POLL_MS, now = () => performance.now() } = options;
  let known: Channel | undefined;
  let lastRefusal = Number.NEGATIVE_INFINITY;
  let isLooking = false;
  let changes = 0;
  let isClosed = false;

  const apply = async (): Promise<boolean> => {
    // A gateway that is starting may have read the files before they were changed.
    await supervisor.settled();
    if (isClosed) return false;
    const reload = await supervisor.reload();
    if (!reload.ok) return reload.reason === 'busy' ? apply() : false;
    if (reload.answered && reload.status === 200) {
      options.onApplied?.();
      return true;
    }
    const why = reload.answered ? { status: reload.status } : { err: reload.cause };
    logger.warn({ code: 'gateway_reload_failed', ...why }, 'the gateway did not take the new channel token');
    return false;
  };
  const look = async (): Promise<void> => {
    const before = known;
    const current = await channel.read();
    // The same object says that no file has changed.
    if (current === before || current.problem !== undefined || known !== before) return;
    known = current;
    if (before === undefined || isSameAccess(before, current)) return;
    const reloaded = await apply();
    logger.info({ code: 'channel_token_changed', reloaded }, 'the channel token in the configuration has changed');
  };
  const lookOnce = () => {
    // What is being changed on purpose would be found twice.
    if (isLooking || changes > 0) return;
    isLooking = true;
    look()
      .catch((error) => logger.warn({ code: 'channel_token_watch', err: error }, 'the configuration cannot be watched'))
      .finally(() => {
        isLooking = false;
      });
  };
  lookOnce();
  const timer = setInterval(lookOnce, pollMs).unref();
  return {
    async apply() {
      known = await channel.read();
      return apply();
    },
    async change(work) {
      changes += 1;
      try {
        const result = await work();
        known = await channel.read();
        return result;
      } finally {
        changes -= 1;
      }
    },
    async startsNow() {
      known = await channel.read();
    },
    refused() {
      if (now() - lastRefusal < REFUSAL_PAUSE_MS) return;
      lastRefusal = now();
      logger.warn({ code: 'channel_token_drift' }, 'the gateway refused the configured channel token: it is reloaded');
      void apply();
    },
    close() {
      isClosed = true;
      clearInterval(timer);
    },
  };
}

function isSameAccess(before: Channel, after: Channel): boolean {
  if (before.enabled !== after.enabled) return false;
  if (before.token === undefined || after.token === undefined) return before.token === after.token;
  return before.token.equals(after.token);
}
