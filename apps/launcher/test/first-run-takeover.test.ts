import { expect, test } from 'vitest';
import { aFreshLauncher, signIn, type TestLauncher } from './build-test-launcher.ts';
import { listen, sendRaw } from './raw-http.ts';

const MINE = 'a-token-of-mine';
const BODY = { token: MINE, confirm: MINE };
const STRANGER = '192.0.2.7';

type From = { remoteAddress?: string; headers?: Record<string, string> };
const setup = ({ app }: TestLauncher, from: From, proof: object = {}) =>
  app.inject({ method: 'POST', url: '/setup', payload: { ...BODY, ...proof }, ...from });

const NOT_FROM_HERE: readonly [string, From][] = [
  ['another machine', { remoteAddress: STRANGER }],
  ['another machine over IPv6', { remoteAddress: '2001:db8::7' }],
  ['another machine that calls itself localhost', { remoteAddress: STRANGER, headers: { host: 'localhost' } }],
  [
    'another machine that forges the address of this one',
    { remoteAddress: STRANGER, headers: { 'x-forwarded-for': '127.0.0.1' } },
  ],
  ['this machine under its address in the network', { headers: { host: '192.168.1.5:18800' } }],
  ['this machine under a name that only looks alike', { headers: { host: '127.0.0.1.nip.io' } }],
  ['a page of another origin on this machine', { headers: { origin: 'https://pico.example.com' } }],
  ...[
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-forwarded-port',
    'x-forwarded-server',
    'x-original-forwarded-for',
    'x-real-ip',
    'x-client-ip',
    'true-client-ip',
    'cf-connecting-ip',
    'cf-ray',
    'forwarded',
    'via',
  ].map((name): [string, From] => [`a proxy on this machine that sends ${name}`, { headers: { [name]: '127.0.0.1' } }]),
];

test.each(NOT_FROM_HERE)('nobody takes over a first run from %s', async (_where, from) => {
  const launcher = await aFreshLauncher({ config: { allowed_hosts: ['*'] } });
  const generated = launcher.token();
  for (const proof of [{}, { setup_token: 'wrong' }, { setup_token: '' }, { current_token: generated }]) {
    const reply = await setup(
      launcher,
      { ...from, headers: { 'sec-fetch-site': 'same-origin', ...from.headers } },
      proof,
    );
    expect([reply.statusCode, reply.json().error, reply.cookies]).toEqual([401, 'invalid_setup_token', []]);
  }
  const status = await launcher.app.inject({ url: '/api/auth/status', ...from });
  expect(status.json()).toMatchObject({ initialized: false, setup_requires_token: true });
  expect(launcher.token()).toBe(generated);
});

test.each(NOT_FROM_HERE)('with the generated token a first run goes from %s too', async (_where, from) => {
  const launcher = await aFreshLauncher({ config: { allowed_hosts: ['*'] } });
  const headers = { 'sec-fetch-site': 'same-origin', ...from.headers };
  const reply = await setup(launcher, { ...from, headers }, { setup_token: launcher.token() });
  expect(reply.statusCode).toBe(200);
});

test('who signed in with the generated token needs no second proof', async () => {
  const launcher = await aFreshLauncher({ config: { allowed_hosts: ['*'] } });
  const headers = { cookie: await signIn(launcher), 'sec-fetch-site': 'same-origin' };
  expect((await setup(launcher, { remoteAddress: STRANGER, headers })).statusCode).toBe(200);
});

test.each([
  ['127.0.0.1', 'localhost:18800'],
  ['127.0.0.1', '127.0.0.1:18800'],
  ['127.9.9.9', '127.9.9.9'],
  ['::1', '[::1]:18800'],
  ['::ffff:127.0.0.1', 'LOCALHOST'],
])('the person at the machine needs no proof: from %s to %s', async (remoteAddress, host) => {
  const launcher = await aFreshLauncher();
  expect((await setup(launcher, { remoteAddress, headers: { host } })).statusCode).toBe(200);
});

test('a proxy that is known to be on this machine is nobody at the machine, also when it hides that it forwards', async () => {
  const launcher = await aFreshLauncher({ config: { trusted_proxy_cidrs: ['127.0.0.1/32'] } });
  const from = { remoteAddress: '127.0.0.1', headers: { host: 'localhost' } };
  expect((await setup(launcher, from)).statusCode).toBe(401);
  expect((await launcher.app.inject({ url: '/api/auth/status', ...from })).json()).toMatchObject({
    setup_requires_token: true,
  });
  expect((await setup(launcher, from, { setup_token: launcher.token() })).statusCode).toBe(200);
});

test('a page of a foreign name that resolves to this machine gets nothing (DNS rebinding)', async () => {
  const launcher = await aFreshLauncher();
  const reply = await setup(launcher, { headers: { host: 'rebound.example', origin: 'http://rebound.example' } });
  expect(reply.statusCode).toBe(421);
});

test('a proxy of a plain configuration is told apart by its HTTP/1.0', async () => {
  const launcher = await aFreshLauncher();
  const port = await listen(launcher.app);
  const body = JSON.stringify(BODY);
  const head = [
    'Host: 127.0.0.1',
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ];
  const send = (version: string) =>
    sendRaw(port, [`POST /setup HTTP/${version}`, ...head].join('\r\n').concat('\r\n\r\n', body));
  expect((await send('1.0')).statusCode).toBe(401);
  expect((await send('1.1')).statusCode).toBe(200);
});
