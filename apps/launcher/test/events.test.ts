import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { CloseCode } from '@picoclaw/protocol';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { aLauncher, signIn, TOKEN } from './build-test-launcher.ts';

type Frame = Record<string, unknown>;

/** A launcher that listens. */
async function aListening(options: Parameters<typeof aLauncher>[0] = {}) {
  const launcher = await aLauncher(options);
  const address = await launcher.app.listen({ host: '127.0.0.1', port: 0 });
  return { ...launcher, origin: address, url: `${address.replace('http', 'ws')}/api/events` };
}

/** An open connection to the events, and what came over it. */
async function aWatcher(url: string, headers: Record<string, string>) {
  const socket = new WebSocket(url, { headers });
  onTestFinished(() => socket.terminate());
  const frames: Frame[] = [];
  socket.on('message', (data) => frames.push(JSON.parse(String(data))));
  await once(socket, 'open');
  return {
    socket,
    frames,
    closed: once(socket, 'close').then(([code, reason]) => [code, String(reason)] as const),
    say: (frame: Frame) => socket.send(JSON.stringify(frame)),
    async has(part: Frame): Promise<Frame> {
      await expect.poll(() => frames, { timeout: 5_000 }).toContainEqual(expect.objectContaining(part));
      return frames.find((frame) => Object.entries(part).every(([key, value]) => frame[key] === value)) ?? {};
    },
  };
}

async function statusOf(url: string, headers: Record<string, string>): Promise<number | undefined> {
  const socket = new WebSocket(url, { headers });
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  socket.terminate();
  return response.statusCode;
}

const bearer = { authorization: `Bearer ${TOKEN}` };

test('a session of our own page and the launcher token get in, nobody else does', async () => {
  const { url, origin, ...launcher } = await aListening();
  const cookie = await signIn(launcher as never);
  expect(await statusOf(url, {})).toBe(401);
  expect(await statusOf(url, { authorization: 'Bearer wrong-token' })).toBe(401);
  expect(await statusOf(url, { cookie })).toBe(403);
  expect(await statusOf(url, { cookie, origin: 'http://evil.example' })).toBe(403);
  await aWatcher(url, { cookie, origin });
  await aWatcher(url, bearer);
  const plain = await fetch(`${origin}/api/events`, { headers: bearer });
  expect(plain.status).toBe(426);
});

test('who subscribes to the status is told how it is, and then when it changes', async () => {
  const { url, paths } = await aListening();
  const watcher = await aWatcher(url, bearer);
  watcher.say({ type: 'subscribe', ref: 1, channel: 'gateway:status' });
  await watcher.has({ type: 'ack', ref: 1 });
  const first = await watcher.has({ type: 'event', channel: 'gateway:status' });
  expect(first['data']).toMatchObject({ gateway_status: 'stopped' });

  // Somebody else starts one, and then it is gone.
  const program = fileURLToPath(new URL('fixtures/managed-gateway.mjs', import.meta.url));
  const gateway = spawn(process.execPath, [program, 'foreign', paths.pidFile], { stdio: 'ignore' });
  onTestFinished(() => void gateway.kill('SIGKILL'));
  const states = () => watcher.frames.flatMap(({ data }) => (data as Frame | undefined)?.['gateway_status'] ?? []);
  await expect.poll(states, { timeout: 5_000 }).toEqual(['stopped', 'running']);
  gateway.kill('SIGKILL');
  await expect.poll(states, { timeout: 5_000 }).toEqual(['stopped', 'running', 'stopped']);
});

test('lines of the gateway come with their offset, and those missed in between come after a reconnect', async () => {
  const { url, supervisor } = await aListening();
  const before = await aWatcher(url, bearer);
  before.say({ type: 'subscribe', ref: 1, channel: 'process:gateway' });
  await before.has({ type: 'ack', ref: 1 });
  supervisor.log.append('\u001b[31mone\u001b[0m');
  const line = await before.has({ type: 'process_output', data: 'one' });
  expect(line).toMatchObject({ channel: 'process:gateway', processId: 'gateway', offset: 0 });
  before.socket.terminate();
  supervisor.log.append('two');

  const after = await aWatcher(url, bearer);
  after.say({ type: 'subscribe', ref: 1, channel: 'process:gateway', after: line['id'] });
  await after.has({ type: 'process_output', data: 'two', offset: 1 });
  supervisor.log.append('three');
  await after.has({ type: 'process_output', data: 'three' });
  expect(after.frames.map(({ type, data }) => data ?? type)).toEqual(['ack', 'two', 'three']);
});

test('the steps of the life of a gateway are told, with a notice of why when one fails', async () => {
  const { url, supervisor } = await aListening();
  const watcher = await aWatcher(url, bearer);
  watcher.say({ type: 'subscribe', ref: 1, channel: 'process:gateway' });
  watcher.say({ type: 'subscribe', ref: 2, data: 'launcher:notices' });
  await watcher.has({ type: 'ack', ref: 2 });
  await supervisor.start();
  const message = 'This test has no gateway program.';
  expect((await watcher.has({ type: 'event', channel: 'launcher:notices' }))['data']).toEqual({
    code: 'gateway_failed',
    message,
  });
  const steps = watcher.frames.filter(({ type }) => type === 'process_status').map(({ data }) => data);
  expect(steps).toEqual([
    { status: 'starting', exitCode: null },
    { status: 'error', exitCode: null },
  ]);
});

test('there are no other channels, and nobody sends', async () => {
  const { url } = await aListening();
  const watcher = await aWatcher(url, bearer);
  watcher.say({ type: 'subscribe', ref: 1, channel: 'process:other' });
  await watcher.has({ type: 'error', ref: 1, code: 'forbidden' });
  watcher.say({ type: 'send', ref: 2, channel: 'launcher:notices', data: 'x' });
  await watcher.has({ type: 'error', ref: 2, code: 'not_allowed' });
});

test('signing out ends the connections of that session, and of no other', async () => {
  const { url, origin, ...launcher } = await aListening();
  const cookie = await signIn(launcher as never);
  const other = await signIn(launcher as never);
  const mine = await aWatcher(url, { cookie, origin });
  const theirs = await aWatcher(url, { cookie: other, origin });
  const token = await aWatcher(url, bearer);
  await fetch(`${origin}/logout`, { method: 'POST', headers: { cookie, origin } });
  expect(await mine.closed).toEqual([CloseCode.sessionEnded, 'session ended']);
  for (const { socket } of [theirs, token]) expect(socket.readyState).toBe(WebSocket.OPEN);
});

test('a changed launcher token ends what the old one had opened', async () => {
  const { url, origin, ...launcher } = await aListening();
  const cookie = await signIn(launcher as never);
  const token = await aWatcher(url, bearer);
  const own = await aWatcher(url, { cookie, origin });
  const body = { token: 'another-token', confirm: 'another-token', current_token: TOKEN };
  const setup = await fetch(`${origin}/setup`, {
    method: 'POST',
    headers: { cookie, origin, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(setup.status).toBe(200);
  expect((await token.closed)[0]).toBe(CloseCode.sessionEnded);
  expect(own.socket.readyState).toBe(WebSocket.OPEN);
});

test('a session that expires ends its connection', async () => {
  let passed = 0;
  const { url, origin, ...launcher } = await aListening({ now: () => Date.now() + passed });
  const cookie = await signIn(launcher as never);
  passed = 604_800_000 - 5_000;
  const { closed } = await aWatcher(url, { cookie, origin });
  expect((await closed)[0]).toBe(CloseCode.sessionEnded);
});

test('a launcher that ends says so, and is not kept from it by who does not read', async () => {
  const { url, app } = await aListening();
  const reading = await aWatcher(url, bearer);
  const deaf = await aWatcher(url, bearer);
  deaf.socket.pause();
  const closing = app.close();
  expect(await reading.closed).toEqual([CloseCode.shutdown, 'shutting down']);
  await closing;
});
