import { createHash } from 'node:crypto';

/**
 * The id of the answer to a message, as a UUID (RFC 9562, version 8): the same whoever gives it, so that a gateway that
 * comes after one that died in the middle of an answer goes on with that one.
 */
export function answerIdOf(messageId: string): string {
  const digest = createHash('sha256').update(`answer to ${messageId}`).digest();
  digest.writeUInt8(((digest[6] ?? 0) & 0x0f) | 0x80, 6);
  digest.writeUInt8(((digest[8] ?? 0) & 0x3f) | 0x80, 8);
  const hex = digest.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
