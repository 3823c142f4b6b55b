import { expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { startLauncher, until } from '../support/processes.ts';
import { signIn } from '../support/sign-in.ts';
import { answerIn, ask, handshake } from '../support/sockets.ts';
import { asPerson, metric, type Reached, reach } from '../support/ways.ts';

const CHATS = 1_000;
const AT_ONCE = 50;

interface Chats {
  readonly sockets: readonly WebSocket[];
  readonly closeCodes: number[];
}

/** A thousand chats of one person whose gateway has their sockets. */
async function openChats(reached: Reached): Promise<Chats> {
  const sockets: WebSocket[] = [];
  const closeCodes: number[] = [];
  while (sockets.length < CHATS) {
    const opened = await Promise.all(Array.from({ length: AT_ONCE }, () => handshake(reached.ws, asPerson(reached))));
    expect(opened.filter(({ status }) => status !== 101)).toEqual([]);
    sockets.push(...opened.map(({ socket }) => socket));
  }
  for (const socket of sockets) socket.on('error', () => {}).once('close', (code) => closeCodes.push(code));
  await until(async () => (await metric(reached, 'sockets_handed')) === CHATS);
  return { sockets, closeCodes };
}

/** By it a session outlives the launcher that has begun it. */
const env = { PICOCLAW_SESSION_KEY: 'ab'.repeat(32) };
const start = (args: readonly string[] = []) => reach('handoff', { args, env, pico: { max_connections: 2 * CHATS } });

it('a launcher that is killed takes its gateway and a thousand chats with it', async () => {
  const reached = await start();
  const { closeCodes } = await openChats(reached);
  const killedAt = performance.now();
  await reached.launcher.kill('SIGKILL');
  await until(() => closeCodes.length === CHATS);
  expect(performance.now() - killedAt).toBeLessThan(2_000);
});

it('with --keep-gateway a thousand chats go on, and the next launcher ends those of a session with it', async () => {
  const reached = await start(['--keep-gateway']);
  const { sockets, closeCodes } = await openChats(reached);
  const other = await signIn(reached.launcher.url, reached.token);
  const stays = await handshake(reached.ws, asPerson({ ...reached, cookie: other }));
  await reached.launcher.kill('SIGKILL');
  const answers = await Promise.all(sockets.slice(0, 20).map((socket) => ask(socket, '/echo on my own')));
  expect(answers.map(answerIn)).toEqual(Array(20).fill('on my own'));
  expect(closeCodes).toEqual([]);

  const next = await startLauncher({ home: reached.home, gatewayPort: reached.launcher.gatewayPort, env });
  const asked = performance.now();
  const headers = { cookie: reached.cookie, origin: next.url };
  expect((await fetch(`${next.url}/logout`, { method: 'POST', headers })).status).toBe(200);
  await until(() => closeCodes.length === CHATS);
  expect(performance.now() - asked).toBeLessThan(2_000);
  expect(new Set(closeCodes)).toEqual(new Set([4001]));
  expect(answerIn(await ask(stays.socket, '/echo still here'))).toBe('still here');
  stays.socket.terminate();
  process.kill(reached.gatewayPid, 'SIGTERM');
});
