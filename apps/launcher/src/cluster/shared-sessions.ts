import type { EndedSessions, Sessions } from '@picoclaw/auth';
import type { Redis } from 'ioredis';
import type { BaseLogger } from 'pino';
import { z } from 'zod';
import type { AskRedis } from './ask-redis.ts';

interface SharedSessionsOptions {
  readonly commands: Redis;
  /** A connection that hears cannot ask. */
  readonly listener: Redis;
  readonly ask: AskRedis;
  readonly prefix: string;
  readonly sessions: Sessions;
  readonly logger: BaseLogger;
  readonly onAllEnding: () => void;
}

const Spared = z.object({ id: z.string().max(64), expiresAt: z.number() });
const AllEnded = z.object({ validFrom: z.number(), spared: Spared.optional() });
/** As long as a cookie may live. */
const KEEP_MS = 604_800_000;
const CLOCK_TOLERANCE_MS = 60_000;
/** A connection that died without a word hears no messages. */
const LOOK_EVERY_MS = 30_000;
const [ENDED, ALL_ENDED, CHANNEL] = [':sessions:ended', ':sessions:all-ended', ':sessions'];
const NEVER = { validFrom: 0 };

/** The later end of all sessions wins, whoever tells it first. */
const END_ALL = `
local before = redis.call('GET', KEYS[1])
if before and cjson.decode(before).validFrom >= tonumber(ARGV[2]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return 1
`;

/**
 * Keeps what is ended the same at all launchers. It stands in Redis until the cookies would have expired, so that also one
 * that was not there, or has been started anew, learns of it; a message says only that there is something to learn.
 */
export function createSharedSessions(options: SharedSessionsOptions): { stop(): void } {
  const { commands, listener, prefix, sessions, logger } = options;
  let isLearning = false;
  const learn = async () => {
    const ended = await read(options);
    if (ended === undefined) return;
    if (ended.validFrom > sessions.ended().validFrom) options.onAllEnding();
    isLearning = true;
    sessions.endElsewhere(ended);
    isLearning = false;
  };
  const run = (work: () => Promise<unknown>) => {
    const onFault = (error: unknown) =>
      logger.error({ code: 'sessions_not_shared', err: error }, 'ended sessions could not be shared');
    void work().catch(onFault);
  };

  const onReady = () => run(() => learn().then(() => write(options)));
  // One that is lost at once is subscribed when it is back.
  const onListening = () => run(() => listener.subscribe(prefix + CHANNEL).then(learn, () => {}));
  commands.on('ready', onReady);
  listener.on('ready', onListening);
  listener.on('message', () => run(learn));
  if (commands.status === 'ready') onReady();
  if (listener.status === 'ready') onListening();
  const looks = setInterval(() => run(learn), LOOK_EVERY_MS).unref();
  // What is learnt here is known there.
  const stopListening = sessions.onRevoked(() => {
    if (!isLearning) run(() => write(options));
  });
  return {
    stop() {
      clearInterval(looks);
      stopListening();
    },
  };
}

/** Puts what has ended here beside what has ended elsewhere. */
const write = ({ ask, prefix, sessions }: SharedSessionsOptions) =>
  ask(async (redis) => {
    const { revoked, validFrom, spared } = sessions.ended();
    const note = JSON.stringify({ validFrom, spared });
    const scored = revoked.flatMap(([id, expiresAt]) => [expiresAt, id]);
    if (scored.length > 0) await redis.zadd(prefix + ENDED, ...scored);
    await redis.zremrangebyscore(prefix + ENDED, '-inf', Date.now());
    if (validFrom > 0) await redis.eval(END_ALL, 1, prefix + ALL_ENDED, note, validFrom, KEEP_MS);
    await redis.publish(prefix + CHANNEL, '');
  });

const read = ({ ask, prefix }: SharedSessionsOptions): Promise<EndedSessions | undefined> =>
  ask(async (redis) => ({
    revoked: pairsOf(await redis.zrangebyscore(prefix + ENDED, Date.now(), '+inf', 'WITHSCORES')),
    ...parseAllEnded(await redis.get(prefix + ALL_ENDED)),
  }));

function pairsOf(reply: readonly string[]): [string, number][] {
  const pairs: [string, number][] = [];
  for (let at = 0; at + 1 < reply.length; at += 2) pairs.push([reply[at] ?? '', Number(reply[at + 1])]);
  return pairs;
}

/** What is no such note, or speaks of a time to come, would end this process, or every session for long. */
function parseAllEnded(text: string | null): Pick<EndedSessions, 'validFrom' | 'spared'> {
  try {
    const found = AllEnded.parse(JSON.parse(text ?? ''));
    return found.validFrom > Date.now() + CLOCK_TOLERANCE_MS ? NEVER : found;
  } catch {
    return NEVER;
  }
}
