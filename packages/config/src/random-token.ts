import { randomBytes as systemRandomBytes } from 'node:crypto';
import { Secret } from '@picoclaw/auth';
import { ConfigError } from './config-error.ts';

/** Where random bytes come from. */
export type RandomBytes = (count: number) => Buffer;

const TOKEN_BYTES = 32;

/** A new token: 32 random bytes in 43 characters of base64url. Throws `ConfigError` (`random_unavailable`), never falls back. */
export function randomToken(randomBytes: RandomBytes = systemRandomBytes): Secret {
  try {
    return new Secret(randomBytes(TOKEN_BYTES).toString('base64url'));
  } catch (error) {
    const message = 'the operating system gives no random numbers, so no token can be made';
    throw new ConfigError('random_unavailable', [{ file: '', path: '', message }], error);
  }
}
