import type { Secret } from '@picoclaw/auth';

const KEY_BYTES = 32;

/** Why a text is no session key; `undefined` when it is one. */
export function sessionKeyProblem(text: string): string | undefined {
  return bytesOf(text).length === KEY_BYTES ? undefined : 'must be 32 bytes as base64url or hex';
}

/** The 32 bytes of a session key that was read from the environment. */
export function decodeSessionKey(key: Secret): Buffer {
  return bytesOf(key.reveal());
}

function bytesOf(text: string): Buffer {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  return /^[\w+/-]{43}=?$/.test(text) ? Buffer.from(text, 'base64url') : Buffer.alloc(0);
}
