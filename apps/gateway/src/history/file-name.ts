import { createHash } from 'node:crypto';

/** Names of devices, which no file on Windows may have, and that of the list of all sessions. */
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d|index)$/;
const PLAIN = /^[a-z0-9_-]{1,128}$/;
const HASHED = /^h-[0-9a-f]{64}$/;

/**
 * The name of a session's files: its id where that can be one, else a hash of it. Ids with capital letters are hashed as
 * well: two that differ only in them would share a file where file systems take no notice of case.
 */
export function fileNameOf(sessionId: string): string {
  if (PLAIN.test(sessionId) && !HASHED.test(sessionId) && !RESERVED.test(sessionId)) return sessionId;
  return `h-${createHash('sha256').update(sessionId).digest('hex')}`;
}
