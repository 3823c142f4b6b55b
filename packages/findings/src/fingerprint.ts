import { createHmac } from 'node:crypto';
import type { Secret } from '@picoclaw/auth';

/**
 * Eight hex digits by which two secrets can be told apart without showing either. `context` is what they are compared
 * within, such as the home: elsewhere the same secret looks different, so that published reports cannot be matched.
 */
export function fingerprint(secret: Secret, context: string): string {
  const key = `picoclaw fingerprint\n${context}`;
  return createHmac('sha256', key).update(secret.reveal()).digest('hex').slice(0, 8);
}
