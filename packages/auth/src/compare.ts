import { createHash, timingSafeEqual } from 'node:crypto';

// Every half of a surrogate pair that stands alone becomes the same three bytes in UTF-8; in UTF-16 each keeps its own.
const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf16le').digest();

/**
 * Whether two strings are the same to the last unit, in a time that depends on neither.
 * Both sides are hashed first because `timingSafeEqual` throws on unequal lengths, which would leak the length.
 * Source: tokens.md, "Comparison".
 */
export function constantTimeEqual(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right));
}
