import { describe, expect, it } from 'vitest';
import { isSubprotocolSafe, selectSubprotocol, tokenSubprotocol } from '../src/index.ts';

describe('the subprotocol of a reply', () => {
  it.each([
    [['token.abc', 'pico.v1', 'pico.v2'], 'pico.v2'],
    [['token.abc', 'pico.v1'], 'pico.v1'],
    [['chat', 'token.abc', 'token.def'], 'token.abc'],
    [['chat', 'PICO.V2'], undefined],
    [[], undefined],
  ])('to an offer of %j is %j', (offered, selected) => {
    expect(selectSubprotocol(offered)).toBe(selected);
  });
});

describe('a token as a subprotocol', () => {
  it('gets the prefix when all its characters are allowed', () => {
    expect(tokenSubprotocol('pico-0a.B_c~!')).toBe('token.pico-0a.B_c~!');
  });

  it.each(['', 'a b', 'a,b', 'a"b', 'a/b', 'a=b', 'ä', 'a\r\nb'])(
    'is refused for %j, which a header could not carry',
    (token) => {
      expect(isSubprotocolSafe(token)).toBe(false);
      expect(tokenSubprotocol(token)).toBeUndefined();
    },
  );
});
