import { describe, expect, test } from 'vitest';
import { type CurrentProcess, currentProcess, judgeRecord, type PidRecord, type ProcessFacts } from '../src/index.ts';
import { aClosedPort, aHealthServer, aHealthyServer } from './support/health.ts';
import { aDeadPid, aProcess, aTitledProcess, aZombie } from './support/processes.ts';
import { aRecord, NOBODY } from './support/records.ts';

const onLinux = test.skipIf(process.platform !== 'linux');
const self: CurrentProcess = { pid: 4_000, startTime: '900', bootId: 'this-boot', pidNamespace: 11 };
const running = (startTime?: string) => (): ProcessFacts => ({ exists: true, ...(startTime && { startTime }) });
const gone = (): ProcessFacts => ({ exists: false });
const commandOf =
  (...words: string[]) =>
  () =>
    words.length > 0 ? words : undefined;
const ours = (changes: Partial<PidRecord> = {}) =>
  aRecord({ pid: 77, startTime: '500', bootId: 'this-boot', pidNamespace: 11, instanceId: 'run-1', ...changes });

describe('a record with a start time', () => {
  test('lives when the stamp is the process’s own', async () => {
    const verdict = await judgeRecord(ours(), { self, inspect: running('500') });
    expect(verdict).toEqual({ state: 'alive', provedBy: 'start_time', signallable: true });
  });

  test.each<[string, PidRecord, () => ProcessFacts, RegExp]>([
    ['its process is gone', ours(), gone, /77 is gone/],
    ['its pid has another start time', ours(), running('501'), /reused/],
    [
      'the machine was restarted, even with the same pid and stamp',
      ours({ bootId: 'old' }),
      running('500'),
      /restarted/,
    ],
  ])('is stale when %s', async (_, record, inspect, reason) => {
    const verdict = await judgeRecord(record, { self, inspect, commandOf: commandOf('picoclaw gateway') });
    expect(verdict).toEqual({ state: 'stale', reason: expect.stringMatching(reason) });
  });

  test('needs /health where stamps cannot be read, and is not given up without an answer', async () => {
    const { port } = await aHealthyServer({ instance_id: 'run-1' });
    const judge = (changes: Partial<PidRecord>, found?: string) =>
      judgeRecord(ours(changes), { self, inspect: running(found) });
    const alive = { state: 'alive', provedBy: 'health', signallable: false };
    expect(await judge({ port })).toEqual(alive);
    expect(await judge({ port, startTime: 'Thu Jan 1 00:00:07 1970' }, '500')).toEqual(alive);
    expect(await judge({ port, instanceId: 'run-2' })).toMatchObject({ state: 'stale' });
    expect(await judge({ port: await aClosedPort() })).toMatchObject({ state: 'unverifiable' });
  });

  test('of pid 1 in our own namespace lives, but may not be signalled', async () => {
    const verdict = await judgeRecord(ours({ pid: 1 }), { self, inspect: running('500') });
    expect(verdict).toEqual({ state: 'alive', provedBy: 'start_time', signallable: false });
  });
});

describe('a record of five fields', () => {
  const five = aRecord({ pid: 77 });

  test('lives when the command line is a gateway’s', async () => {
    const verdict = await judgeRecord(five, {
      self,
      inspect: running('1'),
      commandOf: commandOf('picoclaw', 'gateway'),
    });
    expect(verdict).toEqual({ state: 'alive', provedBy: 'command', signallable: true });
  });

  test('lives by /health when the command tells nothing; its pid alone makes it certain enough for a signal', async () => {
    const world = { self, inspect: running('1'), commandOf: commandOf('claw-run') };
    const silent = await aHealthyServer();
    const telling = await aHealthyServer({ pid: 77 });
    const other = await aHealthyServer({ pid: 78 });
    const judge = (port: number) => judgeRecord({ ...five, port }, world);
    expect(await judge(silent.port)).toEqual({ state: 'alive', provedBy: 'health', signallable: false });
    expect(await judge(telling.port)).toEqual({ state: 'alive', provedBy: 'health', signallable: true });
    expect(await judge(other.port)).toMatchObject({ state: 'stale' });
  });

  test('is stale when another program has the pid and nobody answers', async () => {
    const silent = await aHealthServer(() => {});
    const world = { self, inspect: running('1'), commandOf: commandOf('sleep', '600'), probeTimeoutMs: 50 };
    for (const port of [await aClosedPort(), silent.port]) {
      expect(await judgeRecord({ ...five, port }, world)).toMatchObject({
        state: 'stale',
        reason: expect.stringMatching(/reused/),
      });
    }
  });

  test('is not given up for a mere silence where command lines cannot be read', async () => {
    const silent = await aHealthServer(() => {});
    const world = { self, inspect: running(), commandOf: commandOf(), probeTimeoutMs: 50 };
    expect(await judgeRecord({ ...five, port: silent.port }, world)).toMatchObject({ state: 'unverifiable' });
    expect(await judgeRecord({ ...five, port: await aClosedPort() }, world)).toMatchObject({ state: 'stale' });
  });

  test('with the pid of the process that reads it is stale', async () => {
    const world = { self, inspect: running('900'), commandOf: commandOf('picoclaw gateway') };
    expect(await judgeRecord(aRecord({ pid: self.pid }), world)).toMatchObject({ state: 'stale' });
  });
});

describe('pid 1 without a namespace', () => {
  test.each([
    ['init has it', ['/sbin/init'], true, 'stale'],
    ['a gateway has it and answers', ['picoclaw', 'gateway'], true, 'alive'],
    ['a gateway has it and nobody answers', ['picoclaw', 'gateway'], false, 'stale'],
    ['nothing is known of it', [], true, 'stale'],
  ])('%s', async (_, command, answers, state) => {
    const port = answers ? (await aHealthyServer({ pid: 1 })).port : await aClosedPort();
    const world = { self, inspect: running('1'), commandOf: commandOf(...command) };
    const verdict = await judgeRecord(aRecord({ pid: 1, port }), world);
    expect(verdict.state).toBe(state);
    expect(verdict).not.toMatchObject({ signallable: true });
  });
});

describe('a record from another pid namespace', () => {
  const foreign = (port: number, changes: Partial<PidRecord> = {}) => ours({ pidNamespace: 12, port, ...changes });
  // A process with this pid and stamp exists here too, which must not count.
  const world = { self, inspect: running('500'), commandOf: commandOf('picoclaw gateway'), probeTimeoutMs: 10_000 };

  test('lives when its very run answers, and is never signalled from here', async () => {
    const { port } = await aHealthyServer({ instance_id: 'run-1', pid: 77 });
    expect(await judgeRecord(foreign(port), world)).toEqual({ state: 'alive', provedBy: 'health', signallable: false });
    expect(await judgeRecord(foreign(port, { bootId: 'old' }), world)).toMatchObject({ state: 'alive' });
    expect(await judgeRecord(foreign(port), { ...world, inspect: gone })).toMatchObject({ state: 'alive' });
  });

  test('is stale when another run answers in its place', async () => {
    const { port } = await aHealthyServer({ instance_id: 'run-2' });
    expect(await judgeRecord(foreign(port), world)).toMatchObject({ state: 'stale' });
  });

  test('stays unverifiable on a timeout, a refusal, or an answer without a run', async () => {
    const silent = await aHealthServer(() => {});
    const verdict = await judgeRecord(foreign(silent.port), { ...world, probeTimeoutMs: 50 });
    expect(verdict).toMatchObject({ state: 'unverifiable' });
    const nameless = await aHealthyServer();
    for (const port of [nameless.port, await aClosedPort()]) {
      expect(await judgeRecord(foreign(port), world)).toMatchObject({ state: 'unverifiable' });
    }
    const { port } = await aHealthyServer({ instance_id: 'run-1' });
    expect(await judgeRecord(aRecord({ pid: 77, pidNamespace: 12, port }), world)).toMatchObject({
      state: 'unverifiable',
    });
  });

  test('is foreign as well to a reader that knows no namespaces', async () => {
    const port = await aClosedPort();
    const verdict = await judgeRecord(foreign(port), { ...world, self: { pid: 4_000 } });
    expect(verdict).toMatchObject({ state: 'unverifiable' });
  });
});

describe('real processes', () => {
  test('a live one with its own stamp, a dead one, one that took the pid over', async () => {
    const child = await aProcess('sleep', ['600']);
    const facts = currentProcess();
    expect(await judgeRecord(aRecord(facts))).toMatchObject({ state: 'alive', provedBy: 'start_time' });
    expect(await judgeRecord(aRecord({ ...facts, pid: child.pid }))).toMatchObject({
      state: 'stale',
      reason: expect.stringMatching(/reused/),
    });
    expect(await judgeRecord(aRecord({ pid: await aDeadPid() }))).toMatchObject({
      state: 'stale',
      reason: expect.stringMatching(/gone/),
    });
    expect(await judgeRecord(aRecord({ pid: NOBODY }))).toMatchObject({ state: 'stale' });
  });

  onLinux('a titled gateway of another implementation lives, a zombie does not', async () => {
    const gateway = await aTitledProcess('picoclaw gateway');
    expect(await judgeRecord(aRecord({ pid: gateway.pid }))).toMatchObject({ state: 'alive', provedBy: 'command' });
    expect(await judgeRecord(aRecord({ pid: await aZombie() }))).toMatchObject({
      state: 'stale',
      reason: expect.stringMatching(/gone/),
    });
  });

  test('sleep, with a closed port, is a reused pid', async () => {
    const child = await aProcess('sleep', ['600']);
    const record = aRecord({ pid: child.pid, port: await aClosedPort() });
    expect(await judgeRecord(record)).toMatchObject({ state: 'stale', reason: expect.stringMatching(/reused/) });
  });

  onLinux('init is never taken for a gateway', async () => {
    expect(await judgeRecord(aRecord({ pid: 1, port: await aClosedPort() }))).toMatchObject({ state: 'stale' });
  });
});

test('a host that is neither this machine’s nor configured is not asked', async () => {
  const { port, requests } = await aHealthyServer({ instance_id: 'run-1' });
  const world = { self, inspect: running('500'), localAddresses: () => [] };
  const record = ours({ pidNamespace: 12, port, host: 'localhost.localdomain' });
  const verdict = await judgeRecord(record, world);
  expect(verdict).toMatchObject({ state: 'unverifiable', reason: expect.stringContaining('nor configured') });
  expect(requests()).toBe(0);
});
