import { EventEmitter, once } from 'node:events';
import { readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { expect, test, vi } from 'vitest';
import { createPidReader, currentProcess, type ProcessFacts, serializePidRecord } from '../src/index.ts';
import { aClosedPort, aHealthServer, aHealthyServer } from './support/health.ts';
import { aPidFile, aRecord } from './support/records.ts';

const facts = currentProcess();
const living = (changes = {}) => aRecord({ ...facts, instanceId: 'run-1', ...changes });

/** Long ago, so that the reader may remember the file. */
function settle(path: string): void {
  utimesSync(path, 1_000_000_000, 1_000_000_000);
}

test('an unchanged file is parsed once', async () => {
  const path = aPidFile(living());
  settle(path);
  const reader = createPidReader(path);
  const [first, second] = [await reader.read(), await reader.read()];
  expect(first).toMatchObject({ state: 'alive', record: { instanceId: 'run-1' } });
  expect(second).toEqual(first);
  // The same object: nothing was read or parsed in between.
  expect('record' in first && 'record' in second && first.record === second.record).toBe(true);
});

test('a file that was just written is read again, since its clock may not tell a second change', async () => {
  const path = aPidFile(living());
  const reader = createPidReader(path, { now: () => 0 });
  expect(await reader.read()).toMatchObject({ record: { instanceId: 'run-1' } });
  const text = readFileSync(path, 'utf8').replace('run-1', 'run-2');
  writeFileSync(path, text);
  expect(await reader.read()).toMatchObject({ record: { instanceId: 'run-2' } });
});

test('a file that is replaced, changed, removed or put back is noticed at once', async () => {
  const path = aPidFile(living());
  settle(path);
  const reader = createPidReader(path);
  await reader.read();
  const next = aPidFile(living({ instanceId: 'run-2' }));
  settle(next);
  renameSync(next, path);
  expect(await reader.read()).toMatchObject({ state: 'alive', record: { instanceId: 'run-2' } });
  writeFileSync(path, serializePidRecord(living({ instanceId: 'run-3' })));
  settle(path);
  expect(await reader.read()).toMatchObject({ state: 'alive', record: { instanceId: 'run-3' } });
  rmSync(path);
  expect(await reader.read()).toEqual({ state: 'absent' });
  writeFileSync(path, 'garbage');
  expect(await reader.read()).toMatchObject({ state: 'invalid' });
});

test('the process is looked up at every read, however well the file is remembered', async () => {
  const path = aPidFile(living());
  settle(path);
  let now: ProcessFacts = { exists: true, startTime: facts.startTime ?? '' };
  const inspect = vi.fn(() => now);
  const reader = createPidReader(path, { inspect, proofTtlMs: 0 });
  expect(await reader.read()).toMatchObject({ state: 'alive' });
  now = { exists: true, startTime: '1' };
  expect(await reader.read()).toMatchObject({ state: 'stale' });
  now = { exists: false };
  expect(await reader.read()).toMatchObject({ state: 'stale' });
  expect(inspect).toHaveBeenCalledTimes(3);
});

test('many reads at once ask /health once, and its answer counts for a while', async () => {
  const { port, requests } = await aHealthyServer({ instance_id: 'run-1' });
  const path = aPidFile(living({ pidNamespace: 1, port }));
  settle(path);
  let clock = 2_000_000_000_000;
  const reader = createPidReader(path, { now: () => clock, proofTtlMs: 1_000 });
  const states = await Promise.all(Array.from({ length: 100 }, () => reader.read()));
  expect(new Set(states.map(({ state }) => state))).toEqual(new Set(['alive']));
  expect(requests()).toBe(1);
  clock += 999;
  await reader.read();
  expect(requests()).toBe(1);
  clock += 1;
  await reader.read();
  expect(requests()).toBe(2);
});

test('an answer about one record says nothing about the next', async () => {
  const first = await aHealthyServer({ instance_id: 'run-1' });
  const path = aPidFile(living({ pidNamespace: 1, port: first.port }));
  settle(path);
  const reader = createPidReader(path);
  expect(await reader.read()).toMatchObject({ state: 'alive' });
  writeFileSync(path, serializePidRecord(living({ pidNamespace: 1, port: await aClosedPort() })));
  expect(await reader.read()).toMatchObject({ state: 'unverifiable' });
});

test('a slow answer about a replaced record does not stand in for the next', async () => {
  const asked = new EventEmitter();
  const slow = await aHealthServer((_, response) => void asked.emit('asked', response));
  const path = aPidFile(living({ pidNamespace: 1, port: slow.port }));
  const reader = createPidReader(path, { probeTimeoutMs: 5_000 });
  const question = once(asked, 'asked') as Promise<[ServerResponse]>;
  const before = reader.read();
  const [response] = await question;
  const fast = await aHealthyServer({ instance_id: 'run-9' });
  writeFileSync(path, serializePidRecord(living({ pidNamespace: 1, port: fast.port })));
  expect(await reader.read()).toMatchObject({ state: 'stale' });
  response.end('{"status":"ok","instance_id":"run-1"}');
  expect(await before).toMatchObject({ state: 'alive' });
  expect(await reader.read()).toMatchObject({ state: 'stale' });
});

test('after close the record is read afresh', async () => {
  const path = aPidFile(living());
  settle(path);
  const reader = createPidReader(path);
  const first = await reader.read();
  reader.close();
  const second = await reader.read();
  expect('record' in first && 'record' in second && first.record !== second.record).toBe(true);
  expect(second).toEqual(first);
});

test.skipIf(process.platform !== 'linux')('a lookup costs microseconds', async () => {
  const path = aPidFile(living());
  settle(path);
  const reader = createPidReader(path);
  const started = performance.now();
  for (let count = 0; count < 1_000; count += 1) await reader.read();
  // About 25 µs; the bound only has to catch a lookup that reads the file, asks /health or starts ps.
  expect(performance.now() - started).toBeLessThan(1_000);
});
