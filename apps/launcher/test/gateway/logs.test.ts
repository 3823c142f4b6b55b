import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createGatewayLog } from '../../src/gateway/logs.ts';

function aLog() {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-logs-'));
  const log = createGatewayLog({ folder, onError: () => {} });
  onTestFinished(async () => {
    await log.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { log, path: join(folder, 'gateway.log') };
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index}`);

test('a page begins at its offset, and tells where the next one does', () => {
  const { log } = aLog();
  for (const line of numbered(5)) log.append(line);
  const first = log.page(0, undefined);
  expect(first).toMatchObject({ logs: numbered(5), log_total: 5 });
  log.append('another');
  expect(log.page(first.log_total, first.log_run_id)).toMatchObject({ logs: ['another'], log_total: 6 });
  expect(log.page(6, first.log_run_id).logs).toEqual([]);
});

test('two thousand lines are kept, and offsets go on counting', () => {
  const { log } = aLog();
  for (const line of numbered(2_500)) log.append(line);
  const page = log.page(0, undefined);
  expect([page.logs.length, page.logs[0], page.log_total]).toEqual([2_000, 'line 500', 2_500]);
  expect(log.page(2_499, page.log_run_id).logs).toEqual(['line 2499']);
  expect(log.page(10, page.log_run_id).logs[0]).toBe('line 500');
});

test('an offset of another run, or beyond the end, starts over', () => {
  const { log } = aLog();
  log.append('one');
  const { log_run_id: runId } = log.page(0, undefined);
  expect(log.page(1, 'another-run').logs).toEqual(['one']);
  expect(log.page(7, runId).logs).toEqual(['one']);
  log.clear();
  expect(log.page(1, runId)).toMatchObject({ logs: [], log_total: 0 });
  expect(log.page(0, undefined).log_run_id).not.toBe(runId);
});

test('what is shown and what is kept is safe, whoever wrote it', async () => {
  const { log, path } = aLog();
  const bad = '\u001b[31mGET /?token=s3cr3t-value\u202e\u001b[0m';
  const heard: string[] = [];
  log.onLine((line) => heard.push(line));
  log.append(bad);
  expect(log.page(0, undefined).logs).toEqual(['GET /?token=[secret]']);
  expect(log.tail(1)).toEqual(['GET /?token=[secret]']);
  await log.close();
  expect(readFileSync(path, 'utf8')).toBe('GET /?token=[secret]\n');
  writeFileSync(path, `${bad}\n`);
  log.follow();
  log.refresh();
  expect(log.page(0, undefined).logs).toEqual(['GET /?token=[secret]']);
  expect(heard).toEqual(['GET /?token=[secret]', 'GET /?token=[secret]']);
});

test('everything is in a file for its owner alone as well', async () => {
  const { log, path } = aLog();
  for (const line of numbered(3)) log.append(line);
  await log.close();
  expect(readFileSync(path, 'utf8')).toBe('line 0\nline 1\nline 2\n');
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("the log of somebody else's gateway is what its file says, in a run of its own, and is not written back", async () => {
  const { log, path } = aLog();
  log.append('ours');
  await log.close();
  const { log_run_id: ours } = log.page(0, undefined);
  writeFileSync(path, 'theirs 1\ntheirs 2\n');
  const heard: [string, number][] = [];
  log.onLine((line, offset) => heard.push([line, offset]));
  log.follow();
  log.refresh();
  const page = log.page(0, undefined);
  expect(page).toMatchObject({ logs: ['theirs 1', 'theirs 2'], log_total: 2 });
  expect(page.log_run_id).not.toBe(ours);
  appendFileSync(path, 'theirs 3\n');
  log.follow();
  log.refresh();
  expect(log.page(2, page.log_run_id).logs).toEqual(['theirs 3']);
  expect(heard.at(-1)).toEqual(['theirs 3', 2]);
  expect(readFileSync(path, 'utf8')).toBe('theirs 1\ntheirs 2\ntheirs 3\n');

  log.append('ours again');
  expect(log.page(0, undefined)).toMatchObject({ logs: ['ours again'], log_total: 1 });
});

test('of a long file no more is told than is kept', () => {
  const { log, path } = aLog();
  writeFileSync(path, `${numbered(5_000).join('\n')}\n`);
  const heard: string[] = [];
  log.onLine((line) => heard.push(line));
  log.follow();
  log.refresh();
  expect([heard.length, heard[0], heard.at(-1)]).toEqual([2_000, 'line 3000', 'line 4999']);
  expect(log.page(0, undefined).log_total).toBe(2_000);
});

test('a log that was emptied goes on with what comes next, not with what it had', () => {
  const { log, path } = aLog();
  writeFileSync(path, 'one\n');
  log.follow();
  log.refresh();
  log.clear();
  appendFileSync(path, 'two\n');
  log.refresh();
  expect(log.page(0, undefined)).toMatchObject({ logs: ['two'], log_total: 1 });
});

test('nothing is written any more once it is closed', async () => {
  const { log, path } = aLog();
  log.append('one');
  await log.close();
  log.append('two');
  await log.close();
  expect(readFileSync(path, 'utf8')).toBe('one\n');
});

test('whoever listens hears each line with its offset until it stops', () => {
  const { log } = aLog();
  const heard: [string, number][] = [];
  const stop = log.onLine((line, offset) => heard.push([line, offset]));
  for (const line of ['a', '', 'b']) log.append(line);
  stop();
  log.append('c');
  expect(heard).toEqual([
    ['a', 0],
    ['b', 1],
  ]);
});
