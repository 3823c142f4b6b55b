import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { freePort } from '../../../../tests/support/free-port.ts';

export { freePort };

/** A real redis-server of this test alone, on a port and with a folder that stay the same over its lives. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  start(): Promise<void>;
  /** Ends it at once, by SIGKILL. */
  kill(): Promise<void>;
  /** Stops its process where it stands, as a machine that hangs does. */
  pause(): void;
  resume(): void;
  /** Somebody else's connection. */
  client(): Redis;
}

/** What is in memory only, and lost when it ends; and what is on the disk before it is answered. */
export const LOSES_DATA = ['--appendonly', 'no'];
export const KEEPS_DATA = ['--appendonly', 'yes', '--appendfsync', 'always'];

/** Makes a server and starts it; it is ended with the test. */
export async function startRedis(args: readonly string[] = LOSES_DATA): Promise<RedisServer> {
  const server = await createRedis(args);
  await server.start();
  return server;
}

/** Makes a server that is not running yet. */
export async function createRedis(args: readonly string[] = LOSES_DATA): Promise<RedisServer> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-redis-'));
  let child: ChildProcess | undefined;
  const kill = async () => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  onTestFinished(async () => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    async start() {
      child = spawn(
        process.env['REDIS_SERVER_PATH'] ?? 'redis-server',
        ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', ...args],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      await accepting(child);
    },
    kill,
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    client() {
      const client = new Redis(port, '127.0.0.1');
      onTestFinished(() => client.disconnect());
      return client;
    },
  };
}

async function accepting(child: ChildProcess): Promise<void> {
  // Rejects when there is no such program: npm test gets one and names it in REDIS_SERVER_PATH.
  await once(child, 'spawn');
  if (child.stdout === null) throw new Error('redis-server has no output');
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    if (line.includes('Ready to accept connections')) break;
  }
  if (child.exitCode !== null) throw new Error(`redis-server ended: ${lines.join('\n')}`);
  child.stdout.resume();
}
