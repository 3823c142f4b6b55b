import { describe, expect, it } from 'vitest';
import { chooseSubprotocol } from '../../src/channel/subprotocol.ts';

describe('the subprotocol of the reply', () => {
  it.each([
    [['pico.v1', 'token.x'], 'pico.v1'],
    [['token.x'], 'token.x'],
    [['token.x', 'token.y'], 'token.x'],
    [['pico.v2', 'token.x'], 'pico.v2'],
    [['pico.v1', 'pico.v2'], 'pico.v2'],
    [['pico.v3'], undefined],
    [['chat'], undefined],
    [[], undefined],
  ])('is, of %j, %s', (offered, chosen) => {
    expect(chooseSubprotocol(offered)).toBe(chosen);
  });
});
