import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '@picoclaw/log';
import { expect, onTestFinished, test } from 'vitest';
import { aFreshLauncher, aLauncher, signIn, type TestLauncher, TOKEN } from './build-test-launcher.ts';
import { listen, sendRaw } from './raw-http.ts';

const GUESS = 'guess-of-a-stranger';
const MINE = 'a-token-of-mine';
const CHANNEL_TOKEN = 'channel-token-of-the-gateway';

function aLog() {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-logs-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const log = createLog({ level: 'debug', file: { folder, name: 'launcher.log' } });
  return {
    logger: log.logger,
    async read() {
      await log.close();
      return readFileSync(join(folder, 'launcher.log'), 'utf8');
    },
  };
}

/** Every way in which a token can be presented, right and wrong. */
async function tryAllDoors({ app }: TestLauncher, token: string): Promise<void> {
  const bearer = { authorization: `Bearer ${token}` };
  const basic = { authorization: `Basic ${token}` };
  const subprotocol = { 'sec-websocket-protocol': `token.${token}` };
  for (const url of ['/login', '/api/auth/login', '/launcher-login', `/login?token=${token}`]) {
    await app.inject({ method: 'POST', url, payload: { token } });
    await app.inject({ method: 'POST', url, payload: { password: token } });
    await app.inject({
      method: 'POST',
      url,
      payload: `{"token":"${token}"`,
      headers: { 'content-type': 'application/json' },
    });
    await app.inject({ method: 'POST', url, payload: token, headers: { 'content-type': 'text/plain' } });
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    await app.inject({ method: 'POST', url, payload: `token=${token}`, headers: form });
  }
  for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'] as const) {
    for (const path of [
      '/',
      '/deep/link',
      '/login',
      '/setup',
      '/api/system/version',
      '/pico/ws',
      '/health',
      '/%zz',
      '//x',
    ]) {
      const url = `${path}?token=${token}`;
      await app.inject({ method, url });
      await app.inject({ method, url, headers: bearer });
      await app.inject({ method, url, headers: { ...basic, cookie: `picoclaw_launcher_auth=${token}` } });
      await app.inject({ method, url, headers: subprotocol });
    }
  }
  await app.inject({ url: '/api/pico/token', headers: { ...bearer, 'x-launcher-token': token } });
  await app.inject({ url: '/', headers: { host: `${token}.evil.com/` } });
  await app.inject({ url: '/api/system/version', headers: { ...bearer, referer: `http://localhost/?token=${token}` } });
}

test('no secret gets into the log by any door', async () => {
  const log = aLog();
  const launcher = await aLauncher({
    config: { login_attempts_per_minute: 100_000 },
    files: { '.security.yml': `channels:\n  pico:\n    token: ${CHANNEL_TOKEN}\n` },
    logger: log.logger,
  });
  const cookie = await signIn(launcher);
  for (const token of [TOKEN, GUESS, CHANNEL_TOKEN]) await tryAllDoors(launcher, token);
  const headers = { cookie, 'sec-fetch-site': 'same-origin' };
  const setup = { token: MINE, confirm: MINE, current_token: TOKEN };
  for (const payload of [{ ...setup, current_token: GUESS }, { ...setup, confirm: GUESS }, setup])
    await launcher.app.inject({ method: 'POST', url: '/setup', payload, headers });
  expect(launcher.token()).toBe(MINE);
  const reveal = { ...headers, authorization: `Bearer ${MINE}` };
  const rotated = await launcher.app.inject({ method: 'POST', url: '/api/pico/token', headers: reveal });
  expect(rotated.statusCode).toBe(200);

  const text = await log.read();
  for (const code of ['signed_in', 'invalid_token', 'token_registered', 'channel_token_rotated'])
    expect(text).toContain(`"code":"${code}"`);
  const session = decodeURIComponent(cookie.split('=')[1] ?? '').split('.')[1] ?? 'none';
  const secrets = { TOKEN, GUESS, MINE, CHANNEL_TOKEN, session, rotated: rotated.json().token as string };
  for (const [name, secret] of Object.entries(secrets)) {
    expect(secret.length).toBeGreaterThan(10);
    expect([name, text.includes(secret)]).toEqual([name, false]);
  }
});

test('a first run puts the generated token nowhere', async () => {
  const log = aLog();
  const launcher = await aFreshLauncher({ logger: log.logger });
  const generated = launcher.token();
  await launcher.app.inject(`/?token=${generated}`);
  const setup = { token: MINE, confirm: MINE, setup_token: generated };
  await launcher.app.inject({ method: 'POST', url: '/setup', payload: setup, remoteAddress: '192.0.2.7' });
  expect(launcher.token()).toBe(MINE);
  const text = await log.read();
  expect(text).toContain('token_registered');
  expect([text.includes(generated), text.includes(MINE)]).toEqual([false, false]);
});

test('what a stranger writes stays within one line of the log', async () => {
  const log = aLog();
  const config = {
    trusted_proxy_cidrs: ['127.0.0.1/32'],
    allowed_cidrs: ['192.0.2.1/32'],
    allow_localhost_bypass: false,
  };
  const launcher = await aLauncher({ config, logger: log.logger });
  const port = await listen(launcher.app);
  for (const hostile of ['\u001b[31mred', '%s%n%d', '{"level":60}', 'a\tb']) {
    await sendRaw(port, ['GET / HTTP/1.1', 'Host: localhost', `X-Forwarded-For: ${hostile}`, 'Connection: close']);
    await sendRaw(port, [`GET /${hostile} HTTP/1.1`, 'Host: evil.com', `User-Agent: ${hostile}`, 'Connection: close']);
  }
  const lines = (await log.read()).trim().split('\n');
  expect(lines.length).toBeGreaterThanOrEqual(5);
  for (const line of lines) {
    expect(JSON.parse(line)).toMatchObject({ msg: expect.stringMatching(/^[\x20-\x7e]+$/) });
    expect(line).not.toMatch(/\p{Cc}/u);
  }
});

test('a fault is told in the log, and to the client only that there was one', async () => {
  const log = aLog();
  const failing = () => {
    throw new Error('the disk of the operator is full');
  };
  const override = { settings: { load: failing, check: failing, save: failing } };
  const { app } = await aLauncher({ logger: log.logger, override });
  const reply = await app.inject({ url: '/api/system/launcher-config', headers: { authorization: `Bearer ${TOKEN}` } });
  expect([reply.statusCode, reply.json().error]).toEqual([500, 'internal_error']);
  expect(reply.body).not.toMatch(/disk|\bat |\.ts/);
  expect(await log.read()).toContain('the disk of the operator is full');
});
