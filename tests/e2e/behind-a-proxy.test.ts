import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createPicoSession } from '@picoclaw/client';
import { Subprotocol } from '@picoclaw/protocol';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { dataUrl, PNG } from '../../apps/gateway/test/support/images.ts';
import { api } from '../support/api.ts';
import { type FrontName, launcherSettings, SUB_PATH, startFront } from '../support/front.ts';
import { freshHome, writeHomeFile } from '../support/home.ts';
import { askHttp } from '../support/https.ts';
import { startLauncher, until } from '../support/processes.ts';

const TOKEN = 'launcher-token-for-tests';
const SITE = 'picoclaw.example.com';
const PROGRAMS: Readonly<Record<FrontName, string>> = {
  nginx: process.env['NGINX_PATH'] ?? '/usr/sbin/nginx',
  haproxy: process.env['HAPROXY_PATH'] || '/usr/sbin/haproxy',
  caddy: process.env['CADDY_PATH'] || '/usr/bin/caddy',
};
const PROXIES = ['nginx', 'haproxy', 'caddy'] as const;
const THERE = PROXIES.filter((name) => existsSync(PROGRAMS[name]));
for (const name of PROXIES.filter((one) => !THERE.includes(one)))
  process.stderr.write(`not tried, since it is not here: ${name}\n`);

/** No proxy of the page waits longer than this for a byte; pings are to come more often. */
const SHORT = '4s';
const IDLE_MS = 5_500;

interface SiteOptions {
  readonly isInSubPath?: boolean;
  readonly args?: readonly string[];
}

/** A launcher with what the page says, behind a proxy with what the page says; and somebody who uses both. */
async function aSite(name: FrontName, { isInSubPath = false, args = [] }: SiteOptions = {}) {
  const home = freshHome();
  const base = isInSubPath ? SUB_PATH : '';
  writeHomeFile(home, 'launcher-config.json', {
    ...launcherSettings(),
    ...{ launcher_token: TOKEN, login_attempts_per_minute: 3, ...(base && { base_path: base }) },
  });
  writeHomeFile(home, 'config.json', { channels: { pico: { enabled: true, ping_interval: 1 } } });
  const launcher = await startLauncher({ home, args });
  const edit = (snippet: string) => snippet.replaceAll(/\b(1h|60s)\b/g, SHORT);
  const front = await startFront({ name, upstreamPort: launcher.port, isInSubPath, edit });
  const { ca } = front;
  const host = `${SITE}:${front.port}`;
  const headers = { host };
  const trust = { ca, servername: SITE };
  const url = `https://127.0.0.1:${front.port}${base}`;
  const signIn = (token = TOKEN, options: { localAddress?: string; headers?: Record<string, string> } = {}) =>
    askHttp(`${url}/login`, {
      ...{ method: 'POST', json: { token }, ...trust, ...options },
      headers: { ...headers, origin: `https://${host}`, ...options.headers },
    });
  /** What dials the proxy as if the name led there. */
  class Dialling extends WebSocket {
    constructor(address: string, protocols: string[], options: { headers?: object } = {}) {
      super(address, protocols, { ...options, ...trust, headers: { ...options.headers, ...headers } });
      this.on('error', () => {});
    }
  }
  return { launcher, front, base, host, url, trust, headers, signIn, Dialling };
}

type Site = Awaited<ReturnType<typeof aSite>>;

function aChat({ url, Dialling }: Site, sessionId: string) {
  const session = createPicoSession({
    ...{ url: `${url.replace('https', 'wss')}/pico/ws`, token: TOKEN, tokenIn: 'header', sessionId },
    ...{ webSocket: Dialling, subprotocols: [Subprotocol.v2], backoff: { baseMs: 50, spreadMs: 50, maxMs: 300 } },
  });
  onTestFinished(() => session.close());
  return session;
}

const saidIn = async ({ launcher }: Site, sessionId: string) => {
  const { body } = await api(launcher.url, TOKEN).get(`/api/sessions/${sessionId}`);
  return (body['messages'] ?? []) as { role: string; content: string; media?: string[] }[];
};

const answersIn = async (site: Site, sessionId: string) =>
  (await saidIn(site, sessionId)).filter(({ role }) => role === 'assistant').length;

/** Signs in as a browser does: what it gets is for this site, and opens the chat from its pages. */
async function usesABrowser({ url, base, host, trust, headers, signIn, Dialling }: Site): Promise<WebSocket> {
  const reply = await signIn();
  expect([reply.status, reply.body]).toEqual([200, expect.stringContaining('ok')]);
  const [cookie = ''] = [reply.headers['set-cookie']].flat();
  expect(cookie).toMatch(base === '' ? /^__Host-.*; Path=\/;.*; Secure/ : /^picoclaw.*; Path=\/picoclaw;.*; Secure/);
  const signedIn = { ...headers, cookie: cookie.split(';')[0] ?? '' };
  const info = await askHttp(`${url}/api/pico/info`, { headers: signedIn, ...trust });
  expect(JSON.parse(info.body)).toMatchObject({ ws_url: `wss://${host}${base}/pico/ws` });
  const page = await askHttp(`${url}/`, { headers: { ...headers, accept: 'text/html' }, ...trust });
  expect([page.status, page.headers['location']]).toEqual([
    303,
    `${base}/login?next=${encodeURIComponent(`${base}/`)}`,
  ]);
  const at = `${url.replace('https', 'wss')}/api/events`;
  const socket = new Dialling(at, [], { headers: { cookie: signedIn.cookie, origin: `https://${host}` } });
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  return socket;
}

/** Guesses from one address do not cost another one its guesses, and no header makes them come from elsewhere. */
async function keepsClientsApart({ signIn }: Site): Promise<void> {
  const guess = async (localAddress: string, headers = {}) =>
    (await signIn('a guess', { localAddress, headers })).status;
  for (let times = 0; times < 3; times += 1) expect(await guess('127.0.0.2')).toBe(401);
  const lies = { 'x-forwarded-for': '192.0.2.7', forwarded: 'for=192.0.2.8', 'x-real-ip': '192.0.2.9' };
  expect([await guess('127.0.0.2'), await guess('127.0.0.2', lies)]).toEqual([429, 429]);
  expect(await guess('127.0.0.3')).toBe(401);
}

/** Mostly they wait, so they are tried side by side; all come to their end, whatever becomes of one. */
async function withEach(work: (name: FrontName) => Promise<void>): Promise<void> {
  const results = await Promise.allSettled(THERE.map(work));
  const failed = results.flatMap((result, at) => (result.status === 'rejected' ? [[THERE[at], result.reason]] : []));
  for (const [name, reason] of failed) throw new Error(`behind ${name}: ${reason}`, { cause: reason });
}

it('sign-in, clients apart, idle, a large image and a restart of the proxy, as the page has it', () =>
  withEach(async (name) => {
    const site = await aSite(name);
    const { front, url, Dialling } = site;
    await usesABrowser(site);

    // Nobody says anything here from now on; only pings go to and fro.
    const headers = { authorization: `Bearer ${TOKEN}` };
    const idle = new Dialling(`${url.replace('https', 'wss')}/pico/ws?session_id=idle`, [], { headers });
    onTestFinished(() => idle.terminate());
    await once(idle, 'open');
    const idleFor = new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    await keepsClientsApart(site);
    await idleFor;
    expect(idle.readyState).toBe(WebSocket.OPEN);

    const chat = aChat(site, 'chat');
    const image = Buffer.concat([PNG, randomBytes(15_000_000)]);
    chat.send({ content: '/echo look', media: [dataUrl(image)] });
    // One that is cut off in the middle is sent once more.
    await expect.poll(() => answersIn(site, 'chat'), { timeout: 60_000 }).toBe(1);
    const [{ media: [path = ''] = [] } = {}] = await saidIn(site, 'chat');
    const stored = await fetch(`${site.launcher.url}${path}`, { method: 'HEAD', headers });
    expect(Number(stored.headers.get('content-length'))).toBe(image.length);

    await front.stop();
    chat.send('/echo while it was away');
    await front.start();
    await until(async () => (await answersIn(site, 'chat')) === 2);
    const texts = (await saidIn(site, 'chat')).map(({ role, content }) => `${role} ${content}`);
    expect(texts.filter((text) => text.includes('away'))).toEqual([
      'user /echo while it was away',
      expect.stringMatching(/^assistant .*while it was away/),
    ]);
  }));

it('in a sub-path, as the page has it', () =>
  withEach(async (name) => {
    await usesABrowser(await aSite(name, { isInSubPath: true, args: ['--external-gateway'] }));
  }));
