import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** What is sent to a port, and in which way the peer is slow. */
export interface SlowPeer {
  readonly port: number;
  /** What it sends at once. */
  readonly head: string;
  /** What it sends a byte a second after that, again and again; nothing: it is the answer that it takes a byte a second of. */
  readonly rest?: string;
}

const SECOND_MS = 1_000;
/** Fewer than a server keeps waiting: what comes on top is not refused, but tried again seconds later. */
const WAVE = 50;

/** Connects so many of a kind; they are slow until the test is over or they are shut out. */
export async function startSlowPeers(count: number, { port, head, rest }: SlowPeer): Promise<void> {
  if (rest === undefined) return startSlowReaders(count, port, head);
  const sockets: Socket[] = [];
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  while (sockets.length < count) {
    const wave = Array.from({ length: Math.min(WAVE, count - sockets.length) }, () => connect(port, '127.0.0.1'));
    sockets.push(...wave);
    for (const socket of wave) socket.on('error', () => socket.destroy()).resume();
    await Promise.all(wave.map((socket) => once(socket, 'connect')));
    for (const socket of wave) if (head !== '') socket.write(head);
  }
  if (rest === '') return;
  let sent = 0;
  const clock = setInterval(() => {
    const next = rest[sent % rest.length] ?? '';
    sent += 1;
    for (const socket of sockets) if (socket.writable) socket.write(next);
  }, SECOND_MS);
  onTestFinished(() => clearInterval(clock));
}

async function startSlowReaders(count: number, port: number, request: string): Promise<void> {
  const python = process.env['PYTHON_PATH'] ?? '/usr/bin/python3';
  const script = fileURLToPath(new URL('slow_readers.py', import.meta.url));
  const child = spawn(python, [script, String(port), String(count)], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdin.end(request);
  await once(child.stdout, 'data');
}
