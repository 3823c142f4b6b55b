import type { ChildProcess } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { currentProcess, readPidFile } from '../src/index.ts';
import { inspectRecordFile } from '../src/record-file.ts';
import { lockName, tryLink, writeSibling } from '../src/sibling-file.ts';
import {
  aDeadPid,
  aProcess,
  bundleGatewayProcess,
  type ClaimReport,
  forkGateway,
  killNow,
  messageOf,
} from './support/processes.ts';
import { aPidFile, aRecord, temporaryHome } from './support/records.ts';

const CONTENDERS = 50;
const NAME = '.picoclaw.pid';

/** One wins, everyone else names it, the file is the winner's, and nothing is left beside it. */
async function expectOneWinner(path: string, reports: ClaimReport[]): Promise<ClaimReport> {
  const winners = reports.filter((report) => report.ok);
  expect(reports.filter((report) => report.error)).toEqual([]);
  expect(winners).toHaveLength(1);
  const [winner] = winners as [ClaimReport];
  expect(new Set(reports.map((report) => report.winner))).toEqual(new Set([winner.pid]));
  const state = await readPidFile(path);
  expect(state).toMatchObject({ state: 'alive', provedBy: 'start_time' });
  expect(state).toMatchObject({ record: { pid: winner.pid, instanceId: winner.instanceId } });
  expect(readdirSync(join(path, '..')).filter((name) => name.startsWith(NAME))).toEqual([NAME]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  return winner;
}

async function contend(processes: ChildProcess[], path: string): Promise<ClaimReport[]> {
  const answers = processes.map((child) => messageOf<ClaimReport>(child));
  for (const child of processes) child.send({ claim: path });
  return Promise.all(answers);
}

async function leaveDeadLocks(path: string, count: number): Promise<void> {
  const holder = JSON.stringify({ ...currentProcess(), pid: await aDeadPid() });
  let file = inspectRecordFile(path);
  for (let left = count; left > 0 && file.state === 'present'; left -= 1) {
    const ticket = writeSibling(path, holder);
    const name = lockName(path, file.digest);
    tryLink(ticket, name);
    file = inspectRecordFile(name);
  }
}

test('fifty processes started at once leave one gateway, with no file and with a stale one', async () => {
  const home = temporaryHome();
  const bundle = await bundleGatewayProcess(home);
  const stale = aPidFile(aRecord({ pid: await aDeadPid() }));
  for (const path of [join(home, NAME), stale]) {
    const processes = Array.from({ length: CONTENDERS }, () => forkGateway(bundle, path));
    await expectOneWinner(path, await Promise.all(processes.map((child) => messageOf<ClaimReport>(child))));
    await Promise.all(processes.map(killNow));
  }
}, 90_000);

test('fifty running processes that claim in the same instant leave one winner, whatever lies there', async () => {
  const bundle = await bundleGatewayProcess(temporaryHome());
  const processes = Array.from({ length: CONTENDERS }, () => forkGateway(bundle));
  await Promise.all(processes.map((child) => messageOf(child)));
  const sleeper = await aProcess('sleep', ['600']);
  const leftovers = [
    aRecord({ pid: await aDeadPid() }),
    aRecord({ pid: sleeper.pid, startTime: '1' }),
    aRecord({ pid: sleeper.pid, port: 1 }),
    aRecord({ bootId: 'another boot', startTime: '1' }),
    '',
    '{"pid": ',
  ];
  for (let round = 0; round < 3; round += 1) {
    const absent = join(temporaryHome(), 'missing', NAME);
    await expectOneWinner(absent, await contend(processes, absent));
    expect(statSync(join(absent, '..')).mode & 0o777).toBe(0o700);
    for (const leftover of leftovers) {
      const path = aPidFile(leftover);
      await expectOneWinner(path, await contend(processes, path));
    }
  }
}, 120_000);

test('when the winner is killed the others compete again and one of them takes its file over', async () => {
  const bundle = await bundleGatewayProcess(temporaryHome());
  const path = join(temporaryHome(), NAME);
  let processes = Array.from({ length: 12 }, () => forkGateway(bundle));
  await Promise.all(processes.map((child) => messageOf(child)));
  while (processes.length > 1) {
    const winner = await expectOneWinner(path, await contend(processes, path));
    const dying = processes.find((child) => child.pid === winner.pid);
    processes = processes.filter((child) => child !== dying);
    if (dying) await killNow(dying);
  }
}, 60_000);

test('locks of processes killed in the middle of a take-over do not stop the next ones', async () => {
  const bundle = await bundleGatewayProcess(temporaryHome());
  const processes = Array.from({ length: 12 }, () => forkGateway(bundle));
  await Promise.all(processes.map((child) => messageOf(child)));
  for (const depth of [1, 2, 5]) {
    const path = aPidFile(aRecord({ pid: await aDeadPid() }));
    await leaveDeadLocks(path, depth);
    const reports = await contend(processes, path);
    expect(reports.filter((report) => report.ok)).toHaveLength(1);
    expect(readdirSync(join(path, '..')).filter((name) => name.endsWith('.lock'))).toEqual([]);
  }
}, 60_000);

test('a winner that gives its claim back leaves nothing, and the next claim wins', async () => {
  const bundle = await bundleGatewayProcess(temporaryHome());
  const path = join(temporaryHome(), NAME);
  const [first, second] = [forkGateway(bundle), forkGateway(bundle)];
  await Promise.all([messageOf(first), messageOf(second)]);
  await expectOneWinner(path, await contend([first], path));
  first.send({ release: true });
  expect(await messageOf(first)).toEqual({ removed: true });
  expect(readdirSync(join(path, '..'))).toEqual([]);
  const winner = await expectOneWinner(path, await contend([second, first], path));
  expect([first.pid, second.pid]).toContain(winner.pid);
});
