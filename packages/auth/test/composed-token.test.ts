import { describe, expect, it } from 'vitest';
import { composeToken, parseComposedToken, Secret } from '../src/index.ts';

const pidToken = 'ab'.repeat(16);

describe('the composed token', () => {
  it('is pico-<pid token>.<channel token>', () => {
    expect(composeToken(new Secret(pidToken), new Secret('chan')).reveal()).toBe(`pico-${pidToken}.chan`);
  });

  it.each(['chan', 'a.b.c', 'pico-x.y', '.'])('is taken apart again when the channel token is %s', (channel) => {
    const parts = parseComposedToken(composeToken(new Secret(pidToken), new Secret(channel)));
    expect(parts?.pidToken.reveal()).toBe(pidToken);
    expect(parts?.channelToken.reveal()).toBe(channel);
  });

  it.each(['', 'pico-', 'pico-.', 'pico-abc', 'pico-abc.', 'pico-.x', 'abc.def', 'PICO-a.b'])(
    'is not recognised in %j',
    (text) => {
      expect(parseComposedToken(new Secret(text))).toBeUndefined();
    },
  );
});
