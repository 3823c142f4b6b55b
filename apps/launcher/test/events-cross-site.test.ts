import { expect, test } from 'vitest';
import { TOKEN } from './build-test-launcher.ts';
import { aRunningLauncher } from './fixtures/a-running-launcher.ts';

type Running = Awaited<ReturnType<typeof aRunningLauncher>>;

const TABLE: readonly (readonly [string, number, (launcher: Running) => Readonly<Record<string, string>>])[] = [
  ['nothing', 401, () => ({})],
  ['a cookie and the own origin', 101, ({ cookie, origin }) => ({ Cookie: cookie, Origin: origin })],
  ['a cookie without an origin', 403, ({ cookie }) => ({ Cookie: cookie })],
  ['a cookie and the origin null', 403, ({ cookie }) => ({ Cookie: cookie, Origin: 'null' })],
  ['a cookie and a foreign origin', 403, ({ cookie }) => ({ Cookie: cookie, Origin: 'http://evil.example' })],
  ['a cookie and a look-alike', 403, ({ cookie, origin }) => ({ Cookie: cookie, Origin: `${origin}.evil.example` })],
  [
    'a cookie and a look-alike of a bare name',
    403,
    ({ cookie }) => ({ Cookie: cookie, Host: 'localhost', Origin: 'http://localhost.evil' }),
  ],
  ['a cookie and another port', 403, ({ cookie }) => ({ Cookie: cookie, Origin: 'http://127.0.0.1:1' })],
  [
    'a cookie and another scheme',
    403,
    ({ cookie, origin }) => ({ Cookie: cookie, Origin: origin.replace('http', 'https') }),
  ],
  [
    'a cookie and the default port written out',
    101,
    ({ cookie }) => ({ Cookie: cookie, Host: 'localhost', Origin: 'http://localhost:80' }),
  ],
  [
    'a cookie and an untrusted forwarded host',
    403,
    ({ cookie }) => ({ Cookie: cookie, Origin: 'http://evil.example', 'X-Forwarded-Host': 'evil.example' }),
  ],
  ['a Bearer without an origin', 101, () => ({ Authorization: `Bearer ${TOKEN}` })],
  [
    'a wrong Bearer beside a right cookie',
    401,
    ({ cookie, origin }) => ({ Cookie: cookie, Origin: origin, Authorization: 'Bearer wrong' }),
  ],
  ['the token in the query', 401, () => ({})],
];

test.each(TABLE)('with %s the events are answered by %i', async (what, status, headers) => {
  const launcher = await aRunningLauncher();
  const query = what === 'the token in the query' ? `?token=${TOKEN}` : '';
  const reply = await launcher.upgrade(`/api/events${query}`, headers(launcher));
  expect(reply.status).toBe(status);
});
