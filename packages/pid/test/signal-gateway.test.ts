import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { currentProcess, processStartTime, signalGateway, signalRecord } from '../src/index.ts';
import { aClosedPort, aHealthServer, aHealthyServer } from './support/health.ts';
import { aDeadPid, aProcess, aTitledProcess, aZombie } from './support/processes.ts';
import { aPidFile, aRecord, temporaryHome } from './support/records.ts';

const onLinux = test.skipIf(process.platform !== 'linux');
const facts = currentProcess();

function recordOf(pid: number) {
  return aRecord({ ...facts, pid, startTime: processStartTime(pid) ?? '', instanceId: 'run-1' });
}

/** Signals and expects that nothing was sent. */
async function expectUntouched(path: string, reason: string, options = {}): Promise<void> {
  const kill = vi.fn();
  expect(await signalGateway(path, 'SIGKILL', { ...options, kill })).toMatchObject({ ok: false, reason });
  expect(kill).not.toHaveBeenCalled();
}

test('the gateway of the file gets the signal', async () => {
  const child = await aProcess('sleep', ['600']);
  const ended = once(child, 'exit');
  expect(await signalGateway(aPidFile(recordOf(child.pid)), 'SIGTERM')).toMatchObject({ ok: true });
  expect(await ended).toEqual([null, 'SIGTERM']);
});

onLinux('a gateway of another implementation gets it by its command line', async () => {
  const child = await aTitledProcess('picoclaw gateway');
  const ended = once(child, 'exit');
  expect(await signalGateway(aPidFile(aRecord({ pid: child.pid })), 'SIGTERM')).toMatchObject({ ok: true });
  expect(await ended).toEqual([null, 'SIGTERM']);
});

test('one that only answers on /health gets it when its answer names the pid', async () => {
  const child = await aProcess('sleep', ['600']);
  const nameless = await aHealthyServer();
  await expectUntouched(aPidFile(aRecord({ pid: child.pid, port: nameless.port })), 'refused');
  const telling = await aHealthyServer({ pid: child.pid });
  const ended = once(child, 'exit');
  expect(await signalRecord(aRecord({ pid: child.pid, port: telling.port }), 'SIGINT')).toMatchObject({ ok: true });
  expect(await ended).toEqual([null, 'SIGINT']);
});

describe('never signalled', () => {
  test('a file that is absent, garbage, or a symbolic link', async () => {
    await expectUntouched(join(temporaryHome(), 'none'), 'absent');
    await expectUntouched(aPidFile('garbage'), 'invalid');
    const child = await aProcess('sleep', ['600']);
    const link = join(temporaryHome(), 'link');
    symlinkSync(aPidFile(recordOf(child.pid)), link);
    await expectUntouched(link, 'invalid');
  });

  test.each([0, -1, 1.5, '1', 2 ** 31, -(2 ** 31), null])('pid %j in a file', async (pid) => {
    const text = JSON.stringify({ pid, token: '0'.repeat(32), version: '1', port: 1, host: '' });
    await expectUntouched(aPidFile(text), 'invalid');
  });

  test.each([0, -1, 1, 1.5, -1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, -(2 ** 31)])(
    'pid %s in a record, whatever the process table says of it',
    async (pid) => {
      const kill = vi.fn();
      const inspect = () => ({ exists: true, startTime: '5' }) as const;
      const record = aRecord({ ...facts, pid, startTime: '5' });
      expect(await signalRecord(record, 'SIGTERM', { kill, inspect })).toMatchObject({ ok: false, reason: 'refused' });
      expect(kill).not.toHaveBeenCalled();
    },
  );

  test('the process that asks', async () => {
    await expectUntouched(aPidFile(recordOf(process.pid)), 'refused');
  });

  test('init', async () => {
    await expectUntouched(aPidFile(recordOf(1)), 'refused');
  });

  test('a living stranger: another start time, or no sign of a gateway', async () => {
    const child = await aProcess('sleep', ['600']);
    await expectUntouched(aPidFile(aRecord({ ...facts, pid: child.pid, startTime: '1' })), 'stale');
    await expectUntouched(aPidFile(aRecord({ pid: child.pid, port: await aClosedPort() })), 'stale');
  });

  test('a process that is gone, or a zombie', async () => {
    await expectUntouched(aPidFile(aRecord({ pid: await aDeadPid() })), 'stale');
    if (process.platform === 'linux') await expectUntouched(aPidFile(aRecord({ pid: await aZombie() })), 'stale');
  });

  test('a pid of another namespace, even though its gateway answers', async () => {
    const child = await aProcess('sleep', ['600']);
    const { port } = await aHealthyServer({ instance_id: 'run-1', pid: child.pid });
    await expectUntouched(aPidFile({ ...recordOf(child.pid), pidNamespace: 1, port }), 'refused');
    await expectUntouched(
      aPidFile({ ...recordOf(child.pid), pidNamespace: 1, port: await aClosedPort() }),
      'unverifiable',
    );
  });

  test('another run than the expected one', async () => {
    const child = await aProcess('sleep', ['600']);
    const record = recordOf(child.pid);
    const path = aPidFile(record);
    await expectUntouched(path, 'replaced', { expected: { ...record, instanceId: 'run-0' } });
    const kill = vi.fn();
    expect(await signalGateway(path, 'SIGHUP', { expected: record, kill })).toMatchObject({ ok: true });
    expect(kill).toHaveBeenCalledWith(child.pid, 'SIGHUP');
  });

  test('a pid that went to another process while /health was asked', async () => {
    let startTime = '1';
    const { port } = await aHealthServer((_, response) => {
      startTime = '2';
      response.end('{"status":"ok","pid":4242}');
    });
    const world = { inspect: () => ({ exists: true, startTime }) as const, commandOf: () => undefined };
    await expectUntouched(aPidFile(aRecord({ pid: 4_242, port })), 'stale', world);
  });
});

test.each([
  ['ESRCH', 'stale'],
  ['EPERM', 'not_permitted'],
])('a kill that fails with %s is told, not thrown', async (code, reason) => {
  const child = await aProcess('sleep', ['600']);
  const kill = () => {
    throw Object.assign(new Error(code), { code });
  };
  expect(await signalGateway(aPidFile(recordOf(child.pid)), 'SIGTERM', { kill })).toMatchObject({ ok: false, reason });
});
