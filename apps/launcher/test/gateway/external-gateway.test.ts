import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createExternalGateway } from '../../src/gateway/external-gateway.ts';
import { aLauncher, signIn } from '../build-test-launcher.ts';

/** A gateway on "another host". */
async function aRemote(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test.each([
  ['http://gw.lan', { host: 'gw.lan', port: 80, isSecure: false, basePath: '' }],
  ['https://gw.lan/', { host: 'gw.lan', port: 443, isSecure: true, basePath: '' }],
  ['https://[fd00::1]:8443/pico-gw/', { host: 'fd00::1', port: 8443, isSecure: true, basePath: '/pico-gw' }],
])('%s is taken apart', (url, parts) => {
  expect(createExternalGateway(url)).toMatchObject(parts);
});

test('it is asked at its own path, and for the next second believed', async () => {
  const asked: unknown[] = [];
  let at = 0;
  const url = await aRemote(({ url: path }, response) => {
    asked.push(path);
    response.end('{}');
  });
  const gateway = createExternalGateway(`${url}/gw`, () => at);
  expect(await gateway.look()).toEqual({ isUp: true });
  expect(await gateway.look()).toEqual({ isUp: true });
  expect(asked).toEqual(['/gw/ready']);
  at = 1_000;
  await gateway.look();
  expect(asked).toHaveLength(2);
});

test('one that says 503 is not ready; one that knows no /ready is up', async () => {
  const starting = await aRemote((_request, response) => response.writeHead(503).end());
  expect(await createExternalGateway(starting).look()).toEqual({
    isUp: false,
    reason: `The gateway at ${starting} says that it is not ready.`,
  });
  const other = await aRemote((_request, response) => response.writeHead(404).end());
  expect(await createExternalGateway(other).look()).toEqual({ isUp: true });
});

test('one that is not there is said to be, with the setting that names it', async () => {
  expect(await createExternalGateway('http://127.0.0.1:1').look()).toEqual({
    isUp: false,
    reason: 'The gateway at http://127.0.0.1:1 refuses connections (gateway_url in launcher-config.json).',
  });
});

test('its state is what the launcher shows, and no order is taken for it', async () => {
  let status = 200;
  const url = await aRemote((_request, response) => response.writeHead(status).end('{}'));
  let at = 0;
  const launcher = await aLauncher({ externalGateway: createExternalGateway(url, () => at) });
  const headers = { cookie: await signIn(launcher) };
  const read = () => launcher.app.inject({ url: '/api/gateway/status', headers });
  expect((await read()).json()).toMatchObject({
    gateway_status: 'running',
    owned: false,
    gateway_start_allowed: false,
  });
  status = 503;
  at = 1_000;
  expect((await read()).json()).toMatchObject({
    gateway_status: 'error',
    gateway_start_reason: `The gateway at ${url} says that it is not ready.`,
  });
  const own = { ...headers, 'sec-fetch-site': 'same-origin' };
  const start = await launcher.app.inject({ method: 'POST', url: '/api/gateway/start', headers: own });
  expect(start.statusCode).toBe(400);
  expect(start.json()).toMatchObject({ status: 'precondition_failed', message: expect.stringContaining('external') });
});
