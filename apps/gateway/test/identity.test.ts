import { describe, expect, it } from 'vitest';
import { createIdentity, formatUptime } from '../src/identity.ts';

describe('the identity of a run', () => {
  it('has a pid token of 32 hex digits and an id, both new each time', () => {
    const [one, other] = [createIdentity('1.0.0'), createIdentity('1.0.0')];
    expect(one.pidToken.reveal()).toMatch(/^[0-9a-f]{32}$/);
    expect(one.pidToken.equals(other.pidToken)).toBe(false);
    expect(one.instanceId).not.toBe(other.instanceId);
  });

  it.each([
    [0, '0s'],
    [999, '0s'],
    [61_000, '1m1s'],
    [3_600_000, '1h0m0s'],
    [90_061_000, '25h1m1s'],
  ])('writes an uptime of %d ms as %s', (milliseconds, text) => {
    expect(formatUptime(milliseconds)).toBe(text);
  });
});
