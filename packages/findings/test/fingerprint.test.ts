import { Secret } from '@picoclaw/auth';
import { describe, expect, it } from 'vitest';
import { fingerprint } from '../src/index.ts';

describe('the fingerprint of a secret', () => {
  it('is eight hex digits, the same for the same secret in the same context', () => {
    const print = fingerprint(new Secret('correct horse'), '/home/a');
    expect(print).toMatch(/^[0-9a-f]{8}$/);
    expect(fingerprint(new Secret('correct horse'), '/home/a')).toBe(print);
  });

  it('differs for another secret, and in another context', () => {
    const prints = [
      fingerprint(new Secret('one'), '/home/a'),
      fingerprint(new Secret('two'), '/home/a'),
      fingerprint(new Secret('one'), '/home/b'),
    ];
    expect(new Set(prints).size).toBe(3);
  });
});
