import { RedisOptionsError } from './redis-options-error.ts';

const DEFAULT_PORT = 6379;

/** Where a Redis is, and who we are there; in the words of ioredis. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
  /** Present, and left to Node's defaults, when the URL begins with `rediss:`. */
  readonly tls?: Record<string, never>;
}

/**
 * Reads `redis[s]://[user[:password]@]host[:port][/db]`. ioredis would read it too, but takes any of its options from the
 * query, before those of its caller, and reads garbage as a host name. Throws a RedisOptionsError.
 */
export function parseRedisAddress(text: string): RedisAddress {
  const url = urlOf(text);
  const db = /^\/?(\d{0,4})$/.exec(url.pathname)?.[1];
  const isRedis = url.protocol === 'redis:' || url.protocol === 'rediss:';
  if (!isRedis || url.hostname === '' || db === undefined || url.search !== '' || url.hash !== '') throw malformed();
  return {
    host: decoded(url.hostname).replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || DEFAULT_PORT),
    db: Number(db),
    ...(url.username && { username: decoded(url.username) }),
    ...(url.password && { password: decoded(url.password) }),
    ...(url.protocol === 'rediss:' && { tls: {} }),
  };
}

/** The error of the platform carries the whole URL in `input`, so it is not passed on, not even as a cause. */
function urlOf(text: string): URL {
  if (!URL.canParse(text)) throw malformed();
  return new URL(text);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw malformed();
  }
}

const malformed = () =>
  new RedisOptionsError(
    'invalid_redis_url',
    'The address of Redis is not redis://[user[:password]@]host[:port][/database], or rediss:// for TLS.',
  );
