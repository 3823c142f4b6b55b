import { describe, expect, it } from 'vitest';
import { CloseCode, CloseReason, mayReconnect } from '../src/index.ts';

describe('the table of close codes', () => {
  it.each([
    CloseCode.normal,
    CloseCode.policyViolation,
    CloseCode.sessionEnded,
    CloseCode.tokenRotated,
    CloseCode.forbidden,
  ])('ends a client for good at %i', (code) => {
    expect(mayReconnect(code)).toBe(false);
  });

  it.each([CloseCode.shutdown, CloseCode.internalError, CloseCode.restart, CloseCode.tryAgainLater, 1005, 1006, 4999])(
    'lets a client dial again after %i',
    (code) => {
      expect(mayReconnect(code)).toBe(true);
    },
  );

  it('has codes that may be sent, and reasons that fit a close frame', () => {
    for (const code of Object.values(CloseCode)) expect([1004, 1005, 1006, 1015]).not.toContain(code);
    for (const reason of Object.values(CloseReason)) expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123);
  });
});
