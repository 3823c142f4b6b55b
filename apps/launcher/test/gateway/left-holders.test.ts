import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPidReader } from '@picoclaw/pid';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { createLeftHolders } from '../../src/gateway/left-holders.ts';
import { aGateway } from '../fixtures/a-gateway.ts';

/** A gateway that has sockets by the right of these. */
async function leftBehind(holders: readonly string[], isOwn = false) {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-left-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const pidFile = join(folder, '.picoclaw.pid');
  const gateway = await aGateway({
    pidFile,
    onRequest: (_request, response) => response.end(JSON.stringify({ holders, ended: 0 })),
  });
  const logger = pino({ level: 'silent' });
  const left = createLeftHolders({ pidReader: createPidReader(pidFile), logger, isOwn: () => isOwn });
  /** The holders that each order named. */
  const ended = () =>
    gateway.seen
      .filter(({ method }) => method === 'DELETE')
      .map(({ url }) => new URL(url, 'http://gateway').searchParams.getAll('holder'));
  return { left, ended, seen: gateway.seen };
}

test('of all sockets that a session has left behind the gateway hears at once', async () => {
  const { left, ended } = await leftBehind(['one', 'two & half', 'three']);
  await left.end((holder) => holder !== 'one');
  expect(ended()).toEqual([['two & half', 'three']]);
});

test('of very many it hears in requests that it can read', async () => {
  const many = Array.from({ length: 120 }, (_, index) => `session-${index}`);
  const { left, ended } = await leftBehind(many);
  await left.end(() => true);
  expect(ended().map((some) => some.length)).toEqual([50, 50, 20]);
  expect(ended().flat()).toEqual(many);
});

test('of none it hears nothing, nor does one whose sockets are accounted for here', async () => {
  const { left, ended } = await leftBehind(['one']);
  await left.end(() => false);
  expect(ended()).toEqual([]);
  const own = await leftBehind(['one'], true);
  await own.left.end(() => true);
  expect(own.seen).toEqual([]);
});
