import { once } from 'node:events';
import { get } from 'node:http';
import { expect } from 'vitest';
import { createFaultClient, type FaultClient } from './fault-client.ts';
import { type FaultInjector, startFaultInjector } from './fault-injector.ts';
import { readHomeJson, writeHomeFile } from './home.ts';
import { complaints, residentMb, sockets } from './process-health.ts';
import { pidRecord, until } from './processes.ts';
import { answerIn, ask, handshake } from './sockets.ts';
import type { Way } from './way.ts';
import { reach } from './ways.ts';

const TOKEN = 'launcher-token-for-tests';
const headers = { authorization: `Bearer ${TOKEN}` };
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

/**
 * Starts both; whoever does not answer pings is given up by the gateway after three seconds. Only by `tcp` is there a way
 * to the gateway on which something can be.
 */
export async function createHops(way: Way): Promise<Hops> {
  const processes = await startProcesses(way);
  const { gatewayPid, injectors } = processes;
  await chatWithSomebodyNew(processes.port);
  const checkHealth = await healthSince(processes);
  const calm = sockets(gatewayPid);
  const through = `127.0.0.1:${injectors.launcher.port}`;
  return {
    injectors,
    request: (session) => statusOf(`http://${through}/api/sessions/${session}`),
    async upgrade(session) {
      try {
        const { status, socket } = await handshake(`ws://${through}/pico/ws?session_id=${session}`, { headers });
        socket.terminate();
        return status;
      } catch {
        return 'broken';
      }
    },
    chat: (name) => createFaultClient({ url: `ws://${through}/pico/ws`, token: TOKEN, name, messages: 60 }),
    untilChatsAreGone: () => until(() => sockets(gatewayPid) <= calm),
    checkHealth,
  };
}

async function startProcesses(way: Way) {
  const { home, launcher, gatewayPid } = await reach(way, { pico: { ping_interval: 1, read_timeout: 3 } });
  const injectors = {
    launcher: await startFaultInjector(launcher.port),
    gateway: await startFaultInjector(launcher.gatewayPort),
  };
  // The launcher believes the file, so what it sends to the gateway by TCP takes the way that the file names.
  if (way === 'tcp')
    writeHomeFile(home, '.picoclaw.pid', { ...readHomeJson(home, '.picoclaw.pid'), port: injectors.gateway.port });
  return { ...launcher, injectors, gatewayPid };
}

type Processes = Awaited<ReturnType<typeof startProcesses>>;

/** Takes down what both hold now, and answers with the way to see that it is no more and all is well. */
async function healthSince({ home, port, url, child, output, gatewayPid }: Processes): Promise<() => Promise<void>> {
  const pids = [child.pid ?? 0, gatewayPid];
  const timers = async () => {
    const response = await fetch(`${url}/metrics`, { headers: { ...headers, connection: 'close' } });
    return Number(/^nodejs_active_resources\{type="Timeout"\} (\d+)/m.exec(await response.text())?.[1] ?? 0);
  };
  const start = { sockets: pids.map(sockets), memoryMb: pids.map(residentMb), timers: await timers() };
  const room = start.sockets.map((count) => count + OWN_CONNECTIONS);
  return async () => {
    expect([child.exitCode, child.signalCode, pidRecord(home)?.pid]).toEqual([null, null, gatewayPid]);
    await chatWithSomebodyNew(port);
    await until(
      () => pids.every((pid, index) => sockets(pid) <= (room[index] ?? 0)),
      () => `at most ${room} sockets`,
    );
    const grown = pids.map((pid, index) => residentMb(pid) - (start.memoryMb[index] ?? 0));
    expect(grown.filter((megabytes) => megabytes > ROOM_MB)).toEqual([]);
    expect(await timers()).toBeLessThan(start.timers + OWN_TIMERS);
    expect(complaints(home, output())).toEqual([]);
  };
}

async function chatWithSomebodyNew(port: number): Promise<void> {
  const { socket, status } = await handshake(`ws://127.0.0.1:${port}/pico/ws`, { headers });
  expect(status).toBe(101);
  expect(answerIn(await ask(socket, '/echo somebody new'))).toBe('somebody new');
  socket.close();
  await once(socket, 'close');
}

/** The status of an answer that came to its end. */
function statusOf(url: string): Promise<Outcome> {
  return new Promise((resolve) => {
    get(url, { headers: { ...headers, connection: 'close' }, agent: false }, (response) => {
      response.resume();
      response.once('close', () => resolve(response.complete ? (response.statusCode ?? 0) : 'broken'));
    }).once('error', () => resolve('broken'));
  });
}
