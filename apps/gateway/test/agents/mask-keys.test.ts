import { expect, it } from 'vitest';
import { maskKeys } from '../../src/agents/mask-keys.ts';

const KEY = 'abcdefghijklmnop';

it.each([
  ['the key as it is', `no ${KEY}!`, 'no [hidden]!'],
  ['the key twice', `${KEY} ${KEY}`, '[hidden] [hidden]'],
  ['its beginning', 'no abcdefgh…', 'no [hidden]…'],
  ['its end', 'no …ijklmnop', 'no …[hidden]'],
  ['a part in between', 'xcdefghijkx', 'x[hidden]x'],
  ['a part that is too short to matter', 'abcdefg', 'abcdefg'],
  ['a key of somebody else', 'key sk-or-v1-0123456789abcdef is', 'key [hidden] is'],
  ['a header', 'sent "Bearer xyz.123"', 'sent "[hidden]"'],
])('hides %s', (_what, text, masked) => {
  expect(maskKeys(text, [KEY, ''])).toBe(masked);
});

it('hides a short key as a whole', () => {
  expect(maskKeys('key pass1 refused', ['pass1'])).toBe('key [hidden] refused');
});
