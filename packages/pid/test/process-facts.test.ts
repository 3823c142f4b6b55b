import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { currentProcess, inspectProcess, processStartTime } from '../src/index.ts';
import { parseProcStat, parsePs, processCommand } from '../src/process-facts.ts';
import { aDeadPid, aProcess, aTitledProcess, aZombie } from './support/processes.ts';
import { NOBODY } from './support/records.ts';

const onLinux = test.skipIf(process.platform !== 'linux');

/** `1000 … 1017` stand where the fields 4 to 21 are. */
const statOf = (name: string, state: string) =>
  `7 (${name}) ${state} ${Array.from({ length: 18 }, (_, index) => 1000 + index).join(' ')} 289911 745713664 10086 -1`;

test.each(['node', 'a b', ') R 1 (', '((', ') Z 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22'])(
  'the start time is found behind a process name of %j',
  (name) => {
    expect(parseProcStat(statOf(name, 'S'))).toEqual({ state: 'S', startTime: '289911' });
  },
);

test.each(['', '7', '7 (node)', '7 (node) S 1 2 3', 'garbage'])('%j is no stat line', (stat) => {
  expect(parseProcStat(stat)).toBeUndefined();
});

test('the output of ps is split into state and date, however it is padded', () => {
  expect(parsePs('Ss+  Thu Jan  1 00:00:07 1970    \n')).toEqual({
    state: 'Ss+',
    startTime: 'Thu Jan 1 00:00:07 1970',
  });
  expect(parsePs('\n')).toBeUndefined();
});

onLinux('the facts of this process are those the kernel keeps', () => {
  const facts = currentProcess();
  expect(facts.pid).toBe(process.pid);
  expect(facts.startTime).toMatch(/^\d+$/);
  expect(facts.bootId).toBe(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  expect(facts.pidNamespace).toBeGreaterThan(0);
});

test('a process keeps its start time, and another one has another', async () => {
  const child = await aProcess('sleep', ['600']);
  const first = processStartTime(child.pid);
  expect(first).toBeDefined();
  expect(processStartTime(child.pid)).toBe(first);
  expect(processStartTime(process.pid)).not.toBe(first);
});

test('ps tells the same story as /proc', async () => {
  const child = await aProcess('sleep', ['600']);
  const facts = inspectProcess(child.pid, { platform: 'freebsd' });
  expect(facts).toMatchObject({ exists: true, startTime: expect.stringMatching(/^\w{3} \w{3} \d+ [\d:]+ \d{4}$/) });
  expect(processCommand(child.pid, { platform: 'freebsd' })).toEqual(['sleep', '600']);
  expect(processCommand(child.pid)).toEqual(['sleep', '600']);
});

test('a title takes the place of the command line', async () => {
  const child = await aTitledProcess('picoclaw gateway');
  expect(processCommand(child.pid, { platform: 'linux' })).toEqual(['picoclaw gateway']);
});

test('a process that has ended does not exist', async () => {
  expect(inspectProcess(await aDeadPid())).toEqual({ exists: false });
  expect(inspectProcess(NOBODY)).toEqual({ exists: false });
});

test.each([0, -1, 1.5, Number.NaN])('%s asks about no process', (pid) => {
  expect(inspectProcess(pid)).toEqual({ exists: false });
});

onLinux('a zombie does not exist, although it can be signalled', async () => {
  const zombie = await aZombie();
  expect(process.kill(zombie, 0)).toBe(true);
  expect(inspectProcess(zombie)).toEqual({ exists: false });
  expect(processStartTime(zombie)).toBeUndefined();
});

test('on a platform without start times a process merely exists', () => {
  expect(inspectProcess(process.pid, { platform: 'win32' })).toEqual({ exists: true });
});
