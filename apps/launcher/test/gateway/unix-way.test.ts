import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@picoclaw/auth';
import type { PidRecord } from '@picoclaw/pid';
import { expect, onTestFinished, test } from 'vitest';
import { createUnixWay } from '../../src/gateway/unix-way.ts';

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-unix-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Listens at a path, for its owner alone; answers with the way to stop. */
async function aSocket(path: string, mode = 0o600): Promise<() => Promise<void>> {
  const server = createServer((socket) => socket.destroy());
  server.listen(path);
  await once(server, 'listening');
  chmodSync(path, mode);
  const stop = () => new Promise<void>((resolve) => server.close(() => resolve()));
  onTestFinished(stop);
  return stop;
}

const recordAt = (socketPath: string | undefined, instanceId = 'one'): PidRecord => ({
  ...{ pid: 1, token: new Secret('t'.repeat(32)), version: '1.0.0', port: 1, host: '127.0.0.1', instanceId },
  ...(socketPath !== undefined && { socketPath }),
});

test('a socket of this user alone, at which somebody listens, is the way', async () => {
  const path = join(aFolder(), 'gateway.sock');
  await aSocket(path);
  expect(await createUnixWay().find(recordAt(path))).toBe(path);
  expect(await createUnixWay().find(recordAt(undefined))).toBeUndefined();
});

test('what others could have made, or could open, is none', async () => {
  const folder = aFolder();
  const path = join(folder, 'gateway.sock');
  await aSocket(path);
  const link = join(folder, 'link.sock');
  symlinkSync(path, link);
  const file = join(folder, 'file.sock');
  writeFileSync(file, '', { mode: 0o600 });
  const open = join(folder, 'open.sock');
  await aSocket(open, 0o666);
  const found = [link, file, open, join(folder, 'none'), 'gateway.sock'].map((one) =>
    createUnixWay().find(recordAt(one)),
  );
  expect(await Promise.all(found)).toEqual(Array(found.length).fill(undefined));
  const stranger = createUnixWay({ uid: (process.getuid?.() ?? 0) + 1 });
  expect(await stranger.find(recordAt(path))).toBeUndefined();
});

test('where nobody listens it is asked again later, and of the next gateway at once', async () => {
  let now = 0;
  const way = createUnixWay({ now: () => now });
  const path = join(aFolder(), 'gateway.sock');
  expect(await way.find(recordAt(path))).toBeUndefined();
  const stop = await aSocket(path);
  expect(await way.find(recordAt(path))).toBeUndefined();
  now = 5_000;
  expect(await way.find(recordAt(path))).toBe(path);
  expect(await way.find(recordAt(path, 'two'))).toBe(path);
  await stop();
  expect(await way.find(recordAt(path, 'two'))).toBeUndefined();
});
