import { createHash, timingSafeEqual } from 'node:crypto';

const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();

/**
 * Whether two strings are the same bytes, in a time that depends on neither.
 * Both sides are hashed first because `timingSafeEqual` throws on unequal lengths, which would leak the length.
 * Source: tokens.md, "Comparison".
 */
export function constantTimeEqual(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right));
}
