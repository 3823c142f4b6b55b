import { once } from 'node:events';
import { get } from 'node:http';
import { expect } from 'vitest';
import { api } from './api.ts';
import { createFaultClient, type FaultClient } from './fault-client.ts';
import { type FaultInjector, startFaultInjector } from './fault-injector.ts';
import { freshHome, writeHomeFile } from './home.ts';
import { complaints, residentMb, sockets } from './process-health.ts';
import { pidRecord, startLauncher, until } from './processes.ts';
import { answerIn, ask, handshake } from './sockets.ts';

const TOKEN = 'launcher-token-for-tests';
/** Connections of the launcher's own, such as the ones by which it asks how its gateway is. */
const OWN_CONNECTIONS = 3;
/** Timers that come and go by themselves. */
const OWN_TIMERS = 15;
/** What a process grows by at work once, for code and for a heap that V8 leaves as large as it was. */
const ROOM_MB = 80;

/** A status, or that no complete answer came. */
export type Outcome = number | 'broken';

/** A launcher and its gateway, with something on the way to each of them at which connections can be harmed. */
export interface Hops {
  /** By the side that the connections lead to. */
  readonly injectors: Readonly<Record<'launcher' | 'gateway', FaultInjector>>;
  /** `GET` of a conversation, and a WebSocket in it, by way of both hops. */
  request(session: string): Promise<Outcome>;
  upgrade(session: string): Promise<Outcome>;
  /** A client in that conversation that comes back by itself. */
  chat(session: string): FaultClient;
  /** Waits until the gateway holds no connection any more. */
  untilChatsAreGone(): Promise<void>;
  /** Throws unless both processes are alive and well, serve somebody new, and hold no more than at the start. */
  checkHealth(): Promise<void>;
}

/** Starts both; whoever does not answer pings is given up by the gateway after three seconds. */
export async function createHops(): Promise<Hops> {
  const home = freshHome();
  writeHomeFile(home, 'config.json', { channels: { pico: { enabled: true, ping_interval: 1, read_timeout: 3 } } });
  const launcher = await startLauncher({ home, env: { PICOCLAW_LAUNCHER_TOKEN: TOKEN } });
  await until(async () => (await api(launcher.url, TOKEN).status())['gateway_status'] === 'running');
  const record = pidRecord(home);
  if (record === undefined) throw new Error('the gateway has left no pid file');
  const injectors = {
    launcher: await startFaultInjector(launcher.port),
    gateway: await startFaultInjector(record.port),
  };
  // The launcher believes the file, so what it sends to the gateway takes the way that the file names.
  writeHomeFile(home, '.picoclaw.pid', { ...record, port: injectors.gateway.port });
  const pids = [launcher.child.pid ?? 0, record.pid];
  const through = `127.0.0.1:${injectors.launcher.port}`;
  const headers = { authorization: `Bearer ${TOKEN}` };

  const chatWithSomebodyNew = async () => {
    const { socket, status } = await handshake(`ws://127.0.0.1:${launcher.port}/pico/ws`, { headers });
    expect(status).toBe(101);
    expect(answerIn(await ask(socket, '/echo somebody new'))).toBe('somebody new');
    socket.close();
    await once(socket, 'close');
  };
  const timers = async () => {
    const response = await fetch(`${launcher.url}/metrics`, { headers: { ...headers, connection: 'close' } });
    return Number(/^nodejs_active_resources\{type="Timeout"\} (\d+)/m.exec(await response.text())?.[1] ?? 0);
  };
  await chatWithSomebodyNew();
  const start = { sockets: pids.map(sockets), memoryMb: pids.map(residentMb), timers: await timers() };

  return {
    injectors,
    request: (session) => statusOf(`http://${through}/api/sessions/${session}`, headers),
    upgrade: async (session) => {
      const tried = handshake(`ws://${through}/pico/ws?session_id=${session}`, { headers });
      return tried.then(
        ({ status, socket }) => {
          socket.terminate();
          return status;
        },
        () => 'broken' as const,
      );
    },
    chat: (name) => createFaultClient({ url: `ws://${through}/pico/ws`, token: TOKEN, name, messages: 60 }),
    untilChatsAreGone: () => until(() => sockets(pids[1] ?? 0) <= (start.sockets[1] ?? 0)),
    async checkHealth() {
      expect([launcher.child.exitCode, launcher.child.signalCode, pidRecord(home)?.pid]).toEqual([
        null,
        null,
        record.pid,
      ]);
      await chatWithSomebodyNew();
      const room = start.sockets.map((count) => count + OWN_CONNECTIONS);
      await until(
        () => pids.every((pid, index) => sockets(pid) <= (room[index] ?? 0)),
        () => `sockets at the start ${start.sockets}, now ${pids.map(sockets)}`,
      );
      expect(pids.map((pid, index) => residentMb(pid) < (start.memoryMb[index] ?? 0) + ROOM_MB)).toEqual([true, true]);
      expect(await timers()).toBeLessThan(start.timers + OWN_TIMERS);
      expect(complaints(home, launcher.output())).toEqual([]);
    },
  };
}

/** The status of an answer that came to its end. */
function statusOf(url: string, headers: Readonly<Record<string, string>>): Promise<Outcome> {
  return new Promise((resolve) => {
    get(url, { headers: { ...headers, connection: 'close' }, agent: false }, (response) => {
      response.resume();
      response.once('close', () => resolve(response.complete ? (response.statusCode ?? 0) : 'broken'));
    }).once('error', () => resolve('broken'));
  });
}
