import { describe, expect, it } from 'vitest';
import { createRedisBackplane, RedisOptionsError } from '../src/index.ts';
import { parseRedisAddress } from '../src/redis-address.ts';

const errorOf = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return error;
  }
};

describe('the address of a Redis', () => {
  it.each([
    ['redis://example.org', { host: 'example.org', port: 6379, db: 0 }],
    ['redis://example.org/', { host: 'example.org', port: 6379, db: 0 }],
    ['redis://[::1]:7000/3', { host: '::1', port: 7000, db: 3 }],
    ['redis://:p%40ss@example.org', { host: 'example.org', port: 6379, db: 0, password: 'p@ss' }],
    ['redis://me:p@example.org', { host: 'example.org', port: 6379, db: 0, username: 'me', password: 'p' }],
    ['rediss://example.org', { host: 'example.org', port: 6379, db: 0, tls: {} }],
  ])('is read from %s', (text, address) => {
    expect(parseRedisAddress(text)).toEqual(address);
  });

  it.each([
    '',
    'example.org:6379',
    'http://:s3cret@example.org',
    'redis://',
    'redis://:s3cret@',
    'redis://:s3cret@example.org:port',
    'redis://:s3cret@example.org:70000',
    'redis://:s3cret@example.org/zero',
    'redis://:s3cret@example.org/0?retryStrategy=x',
    'redis://:s3cret@example.org#x',
    'redis://:s3cret%ZZ@example.org',
  ])('is refused with a stable code, and without telling any of it: %s', (url) => {
    const error = errorOf(() => createRedisBackplane({ url }));
    expect(error).toBeInstanceOf(RedisOptionsError);
    expect(error).toMatchObject({ code: 'invalid_redis_url' });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('s3cret');
  });

  it('may be a secret', () => {
    const error = errorOf(() => createRedisBackplane({ url: { reveal: () => 'nonsense' } }));
    expect(error).toMatchObject({ code: 'invalid_redis_url' });
  });
});

describe('the prefix of the keys', () => {
  it.each(['', 'with space', 'a/b', 'x'.repeat(129), 'é'])('is refused with a stable code: "%s"', (prefix) => {
    const error = errorOf(() => createRedisBackplane({ url: 'redis://127.0.0.1', prefix }));
    expect(error).toBeInstanceOf(RedisOptionsError);
    expect(error).toMatchObject({ code: 'invalid_redis_prefix' });
  });

  it.each(['a', 'x'.repeat(128), 'A-Za.z0_9:x'])('may be "%s"', (prefix) => {
    expect(createRedisBackplane({ url: 'redis://127.0.0.1', prefix }).status().state).toBe('detached');
  });
});
