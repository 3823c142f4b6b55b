import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Secret } from '@picoclaw/auth';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type ClaimResult,
  claimPidFile,
  currentProcess,
  type PidRecord,
  readPidFile,
  releasePidFile,
} from '../src/index.ts';
import { aClosedPort, aHealthyServer } from './support/health.ts';
import { aDeadPid, aProcess } from './support/processes.ts';
import { aPidFile, aRecord, TOKEN, temporaryHome } from './support/records.ts';

const asRoot = test.skipIf(process.geteuid?.() !== 0);
const facts = currentProcess();
const mine = (changes: Partial<PidRecord> = {}) => aRecord({ ...facts, instanceId: 'mine', ...changes });

function claimOf(result: ClaimResult) {
  if (!result.ok) throw new Error(result.explanation);
  return result.claim;
}

test('claiming creates the directory and a complete file that only its owner can read, whatever the umask', async () => {
  for (const umask of [0o000, 0o077, 0o277]) {
    const path = join(temporaryHome(), 'home', '.picoclaw.pid');
    const before = process.umask(umask);
    const result = await claimPidFile(path, mine()).finally(() => process.umask(before));
    expect(result).toEqual({ ok: true, claim: { path, record: mine() } });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(path, '..'))).toEqual(['.picoclaw.pid']);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
      pid: process.pid,
      token: TOKEN,
      instance_id: 'mine',
    });
  }
});

test('the mode of a directory that was there before is left alone', async () => {
  const home = temporaryHome();
  chmodSync(home, 0o755);
  await claimPidFile(join(home, '.picoclaw.pid'), mine());
  expect(statSync(home).mode & 0o777).toBe(0o755);
});

test('a running gateway keeps its file, and the refusal says who it is', async () => {
  const path = aPidFile(mine());
  const before = readFileSync(path, 'utf8');
  const result = await claimPidFile(path, mine({ instanceId: 'second' }));
  expect(result).toEqual({
    ok: false,
    reason: 'already_running',
    record: mine(),
    explanation: `gateway is already running (pid ${process.pid}, version 1.2.3, 127.0.0.1:18790)`,
  });
  expect(readFileSync(path, 'utf8')).toBe(before);
  expect(readdirSync(join(path, '..'))).toEqual(['.picoclaw.pid']);
});

test('one that advertises an address this process does not know keeps it as well', async () => {
  const path = aPidFile(mine({ host: 'gateway.example' }));
  expect(await claimPidFile(path, mine({ instanceId: 'second' }))).toMatchObject({
    ok: false,
    reason: 'already_running',
  });
});

describe('taken over', () => {
  test.each<[string, () => Promise<string | PidRecord>]>([
    ['an owner that is dead', async () => mine({ pid: await aDeadPid() })],
    ['a reused pid', async () => mine({ pid: (await aProcess('sleep', ['600'])).pid })],
    ['a boot that is over', async () => mine({ bootId: 'old' })],
    [
      'a sleeping stranger',
      async () => aRecord({ pid: (await aProcess('sleep', ['600'])).pid, port: await aClosedPort() }),
    ],
    [
      'another namespace at whose address we answer ourselves',
      async () => {
        const { port } = await aHealthyServer({ instance_id: 'mine' });
        return mine({ pidNamespace: 1, instanceId: 'before', port });
      },
    ],
    ['an empty file', async () => ''],
    ['half a record', async () => '{"pid": 12'],
    ['a bare pid', async () => '1\n'],
    ['too much', async () => ' '.repeat(70_000)],
  ])('%s', async (_, leftover) => {
    const path = aPidFile(await leftover());
    chmodSync(path, 0o644);
    expect(await claimPidFile(path, mine())).toMatchObject({ ok: true });
    expect(await readPidFile(path)).toMatchObject({ state: 'alive', record: { instanceId: 'mine' } });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(path, '..'))).toEqual(['.picoclaw.pid']);
  });
});

test('a gateway that cannot be seen from here is not taken over; the message says what to do', async () => {
  const path = aPidFile(mine({ pidNamespace: 1, port: await aClosedPort() }));
  const before = readFileSync(path, 'utf8');
  const result = await claimPidFile(path, mine({ instanceId: 'second' }));
  expect(result).toMatchObject({ ok: false, reason: 'unverifiable', record: { instanceId: 'mine' } });
  expect(result).toMatchObject({ explanation: expect.stringMatching(/may be running .* remove .*\.picoclaw\.pid$/) });
  expect(readFileSync(path, 'utf8')).toBe(before);
});

describe('refused with an error that names the path', () => {
  async function expectRefusal(path: string, code: string): Promise<void> {
    const before = lstatSync(path, { bigint: true });
    const claim = claimPidFile(path, mine());
    await expect(claim).rejects.toMatchObject({ name: 'PidFileError', code, path });
    await expect(claim).rejects.toThrow(path);
    expect(lstatSync(path, { bigint: true }).ino).toBe(before.ino);
    expect(readdirSync(join(path, '..')).filter((name) => name !== '.picoclaw.pid')).toEqual([]);
  }

  test('a symbolic link, whose target stays as it is', async () => {
    const target = aPidFile('precious');
    const path = join(temporaryHome(), '.picoclaw.pid');
    symlinkSync(target, path);
    await expectRefusal(path, 'pid_file_symlink');
    expect(readFileSync(target, 'utf8')).toBe('precious');
  });

  test('a symbolic link to nowhere', async () => {
    const path = join(temporaryHome(), '.picoclaw.pid');
    symlinkSync(join(temporaryHome(), 'nowhere'), path);
    await expectRefusal(path, 'pid_file_symlink');
  });

  asRoot('a file of another user', async () => {
    const path = aPidFile(mine({ pid: await aDeadPid() }));
    chownSync(path, 65_534, 65_534);
    await expectRefusal(path, 'pid_file_foreign_owner');
  });

  test('a directory', async () => {
    const path = join(temporaryHome(), '.picoclaw.pid');
    mkdirSync(path);
    await expectRefusal(path, 'pid_file_not_regular');
  });

  test('a home that is a file', async () => {
    const path = join(aPidFile(''), '.picoclaw.pid');
    await expect(claimPidFile(path, mine())).rejects.toMatchObject({ code: 'pid_file_io', path });
  });

  asRoot('a home that cannot be written', async () => {
    const home = temporaryHome();
    chmodSync(home, 0o555);
    process.seteuid?.(65_534);
    onTestFinished(() => void process.seteuid?.(0));
    const claim = claimPidFile(join(home, '.picoclaw.pid'), mine()).finally(() => process.seteuid?.(0));
    await expect(claim).rejects.toMatchObject({ code: 'pid_file_io', cause: { code: 'EACCES' } });
    await expect(claim).rejects.not.toThrow(TOKEN);
    expect(readdirSync(home)).toEqual([]);
  });
});

test('what killed processes left beside the file long ago is swept up; what is young or not ours stays', async () => {
  const home = temporaryHome();
  const path = join(home, '.picoclaw.pid');
  const old = [`${path}.00000000-0000-4000-8000-000000000000.tmp`, `${path}.${'0'.repeat(32)}.lock`];
  const kept = [`${path}.11111111-0000-4000-8000-000000000000.tmp`, `${path}.backup`, join(home, 'config.json')];
  for (const file of [...old, ...kept]) writeFileSync(file, '');
  for (const file of [...old, `${path}.backup`, join(home, 'config.json')]) utimesSync(file, 1, 1);
  await claimPidFile(path, mine());
  expect(readdirSync(home).sort()).toEqual([path, ...kept].map((file) => file.slice(home.length + 1)).sort());
});

describe('releasing', () => {
  test('removes the file', async () => {
    const path = join(temporaryHome(), '.picoclaw.pid');
    const claim = claimOf(await claimPidFile(path, mine()));
    expect(await releasePidFile(claim)).toEqual({ removed: true });
    expect(readdirSync(join(path, '..'))).toEqual([]);
    expect(await releasePidFile(claim)).toEqual({ removed: false, reason: 'absent' });
  });

  test.each([
    ['another run with our pid', mine({ instanceId: 'next' })],
    ['another process', mine({ pid: 4_242 })],
    ['another token', mine({ token: new Secret('f'.repeat(32)) })],
  ])('leaves the file of %s', async (_, next) => {
    const claim = claimOf(await claimPidFile(join(temporaryHome(), '.picoclaw.pid'), mine()));
    const path = aPidFile(next);
    expect(await releasePidFile({ ...claim, path })).toEqual({ removed: false, reason: 'different' });
    expect(readdirSync(join(path, '..'))).toEqual(['.picoclaw.pid']);
  });
});
