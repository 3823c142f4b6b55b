import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { constantTimeEqual, Secret } from '../src/index.ts';

describe('a secret', () => {
  const secret = new Secret('s3cr3t-value');

  it('is hidden wherever a value is printed', () => {
    for (const shown of [
      JSON.stringify({ secret }),
      `${secret}`,
      String(secret),
      inspect({ deep: { secret } }, { depth: 9, showHidden: true }),
      Object.keys(secret).join(),
    ]) {
      expect(shown).not.toContain('s3cr3t');
    }
  });

  it('is revealed only when asked', () => {
    expect(secret.reveal()).toBe('s3cr3t-value');
  });

  it('compares exact bytes: no normalisation, no length shortcut', () => {
    expect(secret.equals('s3cr3t-value')).toBe(true);
    expect(secret.equals(new Secret('s3cr3t-valu'))).toBe(false);
    expect(constantTimeEqual('é'.normalize('NFC'), 'é'.normalize('NFD'))).toBe(false);
    expect(constantTimeEqual('', '')).toBe(true);
    expect(constantTimeEqual('a\0b', 'a')).toBe(false);
  });
});
