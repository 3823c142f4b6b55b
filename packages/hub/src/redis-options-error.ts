/** Options of a Redis backplane that cannot be right; `code` is stable. No part of a URL is told: it may hold a password. */
export class RedisOptionsError extends Error {
  override readonly name = 'RedisOptionsError';
  readonly code: 'invalid_redis_url' | 'invalid_redis_prefix';

  constructor(code: RedisOptionsError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
