import { expect, test } from 'vitest';
import { TOKEN } from '../build-test-launcher.ts';
import { aForeignGateway } from '../fixtures/a-foreign-gateway.ts';
import { aGateway, valuesOf } from '../fixtures/a-gateway.ts';
import { aRunningLauncher } from '../fixtures/a-running-launcher.ts';
import { KEY } from '../fixtures/peers.ts';

test('an upgrade reaches the gateway made anew: listed headers, the composed token, and nothing of the cookie', async () => {
  const launcher = await aRunningLauncher();
  const gateway = await aGateway({ pidFile: launcher.paths.pidFile });
  const { status } = await launcher.upgrade('/pico?session_id=s1', {
    Cookie: `${launcher.cookie}; other=1`,
    Origin: launcher.origin,
    'User-Agent': 'browser/1',
    'Sec-WebSocket-Protocol': ['pico.v2', 'pico.v1', 'chat'],
    'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits',
    'X-Forwarded-For': '6.6.6.6',
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-Host': 'evil.example',
    Forwarded: 'for=6.6.6.6;host=evil.example',
    'X-Real-IP': '6.6.6.6',
    'Proxy-Authorization': 'Basic eDp5',
    TE: 'trailers',
    Trailer: 'X-Late',
    Expect: '100-continue',
    'Keep-Alive': 'timeout=9',
    Connection: 'Upgrade, Cookie, X-Forwarded-For',
    'Accept-Language': 'de',
    'X-Custom': '1',
  });
  expect(status).toBe(101);
  const [seen] = gateway.seen;
  expect(seen?.url).toBe('/pico/ws?session_id=s1');
  expect(Object.fromEntries(seen?.headers ?? [])).toEqual({
    host: `127.0.0.1:${gateway.port}`,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': KEY,
    'sec-websocket-protocol': 'pico.v2, pico.v1',
    'sec-websocket-extensions': 'permessage-deflate; client_max_window_bits',
    'user-agent': 'browser/1',
    authorization: `Bearer pico-${gateway.record.token.reveal()}.${launcher.channelToken()}`,
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': `127.0.0.1:${launcher.port}`,
  });
  expect(seen?.headers.length).toBe(12);
});

test("a client's token is exchanged for the gateway's, whichever way it came", async () => {
  const launcher = await aRunningLauncher();
  const gateway = await aGateway({ pidFile: launcher.paths.pidFile });
  await launcher.upgrade('/pico/ws', { Authorization: `Bearer ${TOKEN}` });
  await launcher.upgrade('/pico/ws', { 'Sec-WebSocket-Protocol': `token.${TOKEN}, pico.v1` });
  expect(gateway.seen.map((one) => valuesOf(one, 'sec-websocket-protocol'))).toEqual([[], ['pico.v1']]);
  for (const seen of gateway.seen) {
    expect(valuesOf(seen, 'authorization')).toEqual([expect.stringMatching(/^Bearer pico-/)]);
    expect(JSON.stringify(seen)).not.toContain(TOKEN);
  }
});

test('behind a trusted proxy the client is who that proxy says', async () => {
  const launcher = await aRunningLauncher({ config: { trusted_proxy_cidrs: ['127.0.0.1/32'] } });
  const gateway = await aGateway({ pidFile: launcher.paths.pidFile });
  const { status } = await launcher.upgrade('/pico/ws', {
    Cookie: launcher.cookie,
    Origin: 'https://chat.example',
    'X-Forwarded-For': '6.6.6.6, 203.0.113.7',
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-Host': 'chat.example',
  });
  expect(status).toBe(101);
  const [seen] = gateway.seen;
  expect(valuesOf(seen, 'x-forwarded-for')).toEqual(['203.0.113.7']);
  expect(valuesOf(seen, 'x-forwarded-proto')).toEqual(['https']);
  expect(valuesOf(seen, 'x-forwarded-host')).toEqual(['chat.example']);
});

test('a token that is not ASCII reaches the gateway as UTF-8', async () => {
  const launcher = await aRunningLauncher({ variables: { PICOCLAW_GATEWAY_TOKEN: 'schlüssel-鍵' } });
  const gateway = await aGateway({ pidFile: launcher.paths.pidFile });
  const { cookie: Cookie, origin: Origin } = launcher;
  expect((await launcher.upgrade('/pico/ws', { Cookie, Origin })).status).toBe(101);
  const [authorization = ''] = valuesOf(gateway.seen[0], 'authorization');
  expect(Buffer.from(authorization, 'latin1').toString('utf8')).toMatch(/\.schlüssel-鍵$/);
});

test('a gateway whose pid file has only the five shared fields gets the plain channel token, and the origin to judge', async () => {
  const launcher = await aRunningLauncher();
  const gateway = await aForeignGateway(launcher.paths.pidFile, launcher.channelToken());
  const { cookie: Cookie, origin: Origin } = launcher;
  const { status } = await launcher.upgrade('/pico/ws', { Cookie, Origin });
  expect(status).toBe(101);
  const [seen] = await gateway.seen();
  expect(seen?.['authorization']).toBe(`Bearer ${launcher.channelToken()}`);
  expect(seen?.['origin']).toBe(Origin);
  expect(seen).not.toHaveProperty('cookie');
});
