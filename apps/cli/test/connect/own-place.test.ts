import { expect, it } from 'vitest';
import { isOwnPlace } from '../../src/connect/home.ts';

const here = () => ['127.0.0.1', '::1', '192.168.1.5', 'fd00::5'];
const loopback = { url: '', hosts: ['127.0.0.1', '::1'], port: 18800 };
const everywhere = { url: '', hosts: ['0.0.0.0', '::'], port: 18800 };

it.each([
  ['ws://127.0.0.1:18800', loopback, true],
  ['ws://localhost:18800', loopback, true],
  ['wss://[::1]:18800', loopback, true],
  ['ws://127.0.0.1:18801', loopback, false],
  // Somebody else's may listen there: this home's does not.
  ['ws://192.168.1.5:18800', loopback, false],
  ['ws://192.168.1.5:18800', everywhere, true],
  ['ws://[fd00::5]:18800', everywhere, true],
  ['ws://192.168.1.6:18800', everywhere, false],
  ['ws://claw.example:18800', everywhere, false],
  ['ws://claw.lan:18800', { ...loopback, hosts: ['claw.lan'] }, true],
  ['ws://localhost:18800', { ...loopback, hosts: ['192.168.1.5'] }, false],
  ['ws://127.0.0.1', { ...loopback, port: 80 }, true],
])('%s at %o is ours: %s', (url, place, isOwn) => {
  expect(isOwnPlace(new URL(url), place, here)).toBe(isOwn);
});
