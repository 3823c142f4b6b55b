import { composeToken, Secret } from '@picoclaw/auth';
import { expect, it } from 'vitest';
import { tokenKindOf } from '../../src/connect/token-kind.ts';

const pid = new Secret('0123456789abcdef0123456789abcdef');
const known = {
  launcher: new Secret('launcher-token'),
  channel: new Secret('channel-token'),
  pid,
  shadowed: [new Secret('old-channel-token')],
};

it.each([
  ['launcher', known.launcher],
  ['channel', known.channel],
  ['pid', pid],
  ['shadowed', new Secret('old-channel-token')],
  ['composed', composeToken(pid, known.channel)],
  ['composed_elsewhere', composeToken(new Secret('f'.repeat(32)), known.channel)],
  ['unknown', new Secret('pico-of-my-own.choice')],
  ['unknown', new Secret('something else')],
])('knows the %s token', (kind, token) => {
  expect(tokenKindOf(token, known)).toBe(kind);
});
