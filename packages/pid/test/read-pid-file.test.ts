import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { currentProcess, readPidFile } from '../src/index.ts';
import { aClosedPort, aHealthyServer } from './support/health.ts';
import { aDeadPid, aProcess } from './support/processes.ts';
import { aPidFile, aRecord, temporaryHome } from './support/records.ts';

const asRoot = test.skipIf(process.geteuid?.() !== 0);
const NOT_REGULAR = { state: 'invalid', reason: 'is not a regular file' };

test('no file, no directory, and a file in place of the directory are all absent', async () => {
  const home = temporaryHome();
  writeFileSync(join(home, 'file'), '');
  for (const path of ['.picoclaw.pid', 'missing/.picoclaw.pid', 'file/.picoclaw.pid']) {
    expect(await readPidFile(join(home, path))).toEqual({ state: 'absent' });
  }
});

test('a living gateway is read with its record', async () => {
  const record = aRecord({ ...currentProcess(), instanceId: 'run-1', capabilities: ['composed-token'] });
  const state = await readPidFile(aPidFile(record));
  expect(state).toEqual({ state: 'alive', provedBy: 'start_time', signallable: true, record });
});

test('a dead gateway is read as stale, with the record that cleaning up needs', async () => {
  const record = aRecord({ pid: await aDeadPid() });
  expect(await readPidFile(aPidFile(record))).toEqual({
    state: 'stale',
    reason: `process ${record.pid} is gone`,
    record,
  });
});

describe('what is no pid file', () => {
  test('a symbolic link, even to a good one', async () => {
    const path = join(temporaryHome(), '.picoclaw.pid');
    symlinkSync(aPidFile(aRecord(currentProcess())), path);
    expect(await readPidFile(path)).toEqual({ state: 'invalid', reason: 'is a symbolic link' });
    const dangling = join(temporaryHome(), '.picoclaw.pid');
    symlinkSync('/nowhere', dangling);
    expect(await readPidFile(dangling)).toEqual({ state: 'invalid', reason: 'is a symbolic link' });
  });

  test('a FIFO without a writer, which does not hold the reader up', async () => {
    const path = join(temporaryHome(), '.picoclaw.pid');
    execFileSync('sh', ['-c', 'mkfifo "$0"', path]);
    expect(await readPidFile(path)).toEqual(NOT_REGULAR);
  });

  test('a directory, a device, a socket', async () => {
    const home = temporaryHome();
    mkdirSync(join(home, 'directory'));
    const server = createServer();
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(join(home, 'socket'), resolve));
    for (const path of [join(home, 'directory'), join(home, 'socket'), '/dev/zero', '/dev/null']) {
      expect([path, await readPidFile(path)]).toEqual([path, NOT_REGULAR]);
    }
  });

  test('a gigabyte, of which 64 KiB are read', async () => {
    const path = aPidFile('');
    truncateSync(path, 2 ** 30);
    expect(await readPidFile(path)).toEqual({ state: 'invalid', reason: 'is larger than 65536 bytes' });
  });

  asRoot('a file of another user, however good', async () => {
    const path = aPidFile(aRecord(currentProcess()));
    chownSync(path, 65_534, 65_534);
    expect(await readPidFile(path)).toEqual({ state: 'invalid', reason: 'belongs to another user' });
  });

  asRoot('a file that may not be read', async () => {
    const home = mkdtempSync('/tmp/picoclaw-pid-');
    onTestFinished(() => rmSync(home, { recursive: true }));
    chmodSync(home, 0o000);
    const uid = process.geteuid?.() ?? 0;
    process.seteuid?.(65_534);
    const state = await readPidFile(join(home, '.picoclaw.pid')).finally(() => process.seteuid?.(uid));
    expect(state).toEqual({ state: 'invalid', reason: 'cannot be read (EACCES)' });
  });

  test.each(['', '{', '[]', '123', '\ufeff{}', '{"pid":0}'])('%j', async (text) => {
    expect(await readPidFile(aPidFile(text))).toMatchObject({ state: 'invalid' });
  });

  test('any part of a record', async () => {
    const text = readFileSync(aPidFile(aRecord(currentProcess())), 'utf8').trimEnd();
    const path = aPidFile('');
    for (let length = 0; length < text.length; length += 1) {
      writeFileSync(path, text.slice(0, length));
      expect(await readPidFile(path)).toMatchObject({ state: 'invalid' });
    }
    writeFileSync(path, text);
    expect(await readPidFile(path)).toMatchObject({ state: 'alive' });
  });
});

test('a living gateway at somebody else’s address is not handed out to be connected to', async () => {
  const facts = currentProcess();
  const metadata = aPidFile(aRecord({ ...facts, host: '169.254.169.254' }));
  expect(await readPidFile(metadata)).toMatchObject({
    state: 'unverifiable',
    reason: 'its host 169.254.169.254 is neither of this machine nor configured',
  });
  const advertised = aPidFile(aRecord({ ...facts, host: 'gateway' }));
  expect(await readPidFile(advertised)).toMatchObject({ state: 'unverifiable' });
  expect(await readPidFile(advertised, { trustedHosts: ['gateway'] })).toMatchObject({ state: 'alive' });
});

test('reading changes nothing, whatever it finds', async () => {
  const sleeper = await aProcess('sleep', ['600']);
  const { port } = await aHealthyServer({ instance_id: 'other' });
  const contents = [
    aRecord(currentProcess()),
    aRecord({ pid: await aDeadPid() }),
    aRecord({ pid: sleeper.pid, port: await aClosedPort() }),
    aRecord({ pidNamespace: 1, instanceId: 'run-1', port }),
    '',
    'garbage',
  ];
  for (const content of contents) {
    const path = aPidFile(content);
    const before = [readFileSync(path), lstatSync(path, { bigint: true }).ctimeNs, readdirSync(join(path, '..'))];
    await readPidFile(path);
    const after = [readFileSync(path), lstatSync(path, { bigint: true }).ctimeNs, readdirSync(join(path, '..'))];
    expect(after).toEqual(before);
  }
  expect(sleeper.exitCode ?? sleeper.signalCode).toBeNull();
});

test('a second name of the file, as a claim has for an instant, does not matter', async () => {
  const path = aPidFile(aRecord(currentProcess()));
  linkSync(path, `${path}.tmp`);
  expect(await readPidFile(path)).toMatchObject({ state: 'alive' });
});
