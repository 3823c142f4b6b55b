import { once } from 'node:events';
import { composeToken, Secret } from '@picoclaw/auth';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LoadResult } from '../../src/reloader.ts';
import {
  bearer,
  buildTestGateway,
  CHANNEL_TOKEN,
  openSocket,
  PID_TOKEN,
  settingsWith,
  startTestGateway,
  upgradeStatus,
} from '../support/test-gateway.ts';

const good = (token: string): LoadResult => ({
  ok: true,
  settings: settingsWith({ token: new Secret(token) }),
  restartNeeded: [],
});
const post = (url: string, token?: string) => ({
  method: 'POST' as const,
  url,
  headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
});

describe('POST /reload', () => {
  it.each([
    ['the pid token', PID_TOKEN, undefined, 200],
    ['PICOCLAW_GATEWAY_TOKEN', 'of-the-gateway', 'of-the-gateway', 200],
    ['the pid token beside PICOCLAW_GATEWAY_TOKEN', PID_TOKEN, 'of-the-gateway', 200],
    ['the channel token', CHANNEL_TOKEN, undefined, 401],
    ['a wrong token', 'wrong', 'of-the-gateway', 401],
    ['no token', undefined, undefined, 401],
  ])('with %s answers as it should', async (_what, token, gatewayToken, status) => {
    const settings = settingsWith(
      {},
      { gatewayToken: gatewayToken === undefined ? undefined : new Secret(gatewayToken) },
    );
    const { app } = await buildTestGateway({ settings, load: () => good(CHANNEL_TOKEN) });
    const response = await app.inject(post('/reload', token));
    expect(response.statusCode).toBe(status);
    if (status === 401) expect(response.headers['www-authenticate']).toBe('Bearer');
    else expect(response.json()).toEqual({ status: 'reload triggered' });
  });

  it('does not take the token from the query', async () => {
    const { app } = await buildTestGateway();
    expect((await app.inject(post(`/reload?token=${PID_TOKEN}`))).statusCode).toBe(401);
  });

  it('tells the outcome when asked to wait', async () => {
    const { app } = await buildTestGateway({ load: () => good('another') });
    const response = await app.inject(post('/reload?wait=1', PID_TOKEN));
    expect(response.json()).toEqual({ status: 'reloaded', restart_needed: [] });
  });

  it('keeps the old configuration when the new one is invalid, and says and logs why', async () => {
    const reason = 'config.json: gateway.port: must be a whole number';
    const { app, parts, lines } = await buildTestGateway({ load: () => ({ ok: false, reason }) });
    const before = parts.settings.current;
    const response = await app.inject(post('/reload?wait=1', PID_TOKEN));
    expect(response.statusCode).toBe(422);
    expect(response.json()).toEqual({ error: 'config_invalid', message: reason });
    expect(parts.settings.current).toBe(before);
    expect(parts.readiness.phase).toBe('ready');
    expect(lines.join('')).toContain(reason);
  });

  it('answers 409 while another reload runs, and /ready says so', async () => {
    let finish: (result: LoadResult) => void = () => undefined;
    const load = () => new Promise<LoadResult>((resolve) => (finish = resolve));
    const { app } = await buildTestGateway({ load });
    expect((await app.inject(post('/reload', PID_TOKEN))).statusCode).toBe(200);
    expect((await app.inject('/ready')).json()).toMatchObject({ phase: 'reloading' });
    const second = await app.inject(post('/reload', PID_TOKEN));
    expect(second.statusCode).toBe(409);
    expect(second.json()).toEqual({ error: 'reload_in_progress', message: 'reload already in progress' });
    finish(good(CHANNEL_TOKEN));
    await expect.poll(async () => (await app.inject('/ready')).statusCode).toBe(200);
  });

  it('answers a wrong method by 405', async () => {
    const { app } = await buildTestGateway();
    const response = await app.inject({ method: 'GET', url: '/reload' });
    expect(response.statusCode).toBe(405);
    expect(response.headers.allow).toBe('POST');
  });

  it('closes the sockets that came in on a token that changed, and no others', async () => {
    const { app, port } = await startTestGateway({
      settings: settingsWith({}, { gatewayToken: undefined }),
      load: () => good('rotated'),
    });
    onTestFinished(() => app.close());
    const [plain, composed] = await Promise.all([
      openSocket(port, bearer(CHANNEL_TOKEN)),
      openSocket(port, bearer(composeToken(new Secret(PID_TOKEN), new Secret(CHANNEL_TOKEN)).reveal())),
    ]);
    const closed = Promise.all([once(plain, 'close'), once(composed, 'close')]);
    await app.inject(post('/reload?wait=1', PID_TOKEN));
    for (const [code, reason] of await closed) expect([code, String(reason)]).toEqual([4001, 'token rotated']);

    expect(await upgradeStatus(port, bearer(CHANNEL_TOKEN))).toBe(401);
    const fresh = await openSocket(port, bearer('rotated'));
    await app.inject(post('/reload?wait=1', PID_TOKEN));
    expect(fresh.readyState).toBe(fresh.OPEN);
  });
});
