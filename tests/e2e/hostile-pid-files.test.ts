import { type ChildProcess, spawn } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { api } from '../support/api.ts';
import { freshHome } from '../support/home.ts';
import { isAlive, pidRecord, startLauncher } from '../support/processes.ts';

const TOKEN = 'launcher-token-for-tests';
const RECORD = { token: 'a'.repeat(32), version: '1.0.0', port: 9, host: '127.0.0.1' };

/** A launcher whose gateway is stopped, with a pid file of the test's making in its home. */
async function aLauncherBefore(pidFile: (path: string) => void) {
  const home = freshHome();
  const launcher = await startLauncher({ home, env: { PICOCLAW_LAUNCHER_TOKEN: TOKEN } });
  const calls = api(launcher.url, TOKEN);
  await calls.post('/api/gateway/stop');
  pidFile(join(home, '.picoclaw.pid'));
  return { home, ...calls };
}

/** Some process that has nothing to do with us, and would end at the first signal. */
function aBystander(): ChildProcess & { pid: number } {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child as ChildProcess & { pid: number };
}

/** Every name in the home with what tells of a change, but for the logs, which grow. */
function snapshot(home: string): Record<string, string> {
  const names = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((name) => !name.startsWith('logs'));
  return Object.fromEntries(
    names.sort().map((name) => {
      const { mode, size, mtimeNs, ino } = lstatSync(join(home, name), { bigint: true });
      return [name, [mode, size, mtimeNs, ino].join(' ')];
    }),
  );
}

const startTimeOf = (pid: number): string => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
};

describe('a pid file that names somebody else', () => {
  const bystander = () => {
    const { pid } = aBystander();
    return { pid, record: { ...RECORD, pid } as object };
  };
  it.each([
    ['a live foreign process', bystander],
    [
      'a pid that was given to another process since',
      () => {
        const { pid, record } = bystander();
        return { pid, record: { ...record, start_time: String(Number(startTimeOf(pid)) - 100) } };
      },
    ],
    [
      'a process of before the last boot',
      () => {
        const { pid, record } = bystander();
        return { pid, record: { ...record, start_time: startTimeOf(pid), boot_id: '0'.repeat(36) } };
      },
    ],
    ['pid 1', () => ({ pid: 1, record: { ...RECORD, pid: 1 } })],
    ['a pid that nobody has', () => ({ pid: undefined, record: { ...RECORD, pid: 4_194_303 } })],
  ])('%s: is never signalled, and a start works', async (_what, make) => {
    const { pid, record } = make();
    const { home, post, status } = await aLauncherBefore((path) => writeFileSync(path, JSON.stringify(record)));
    const before = snapshot(home);
    expect(await status()).toMatchObject({ gateway_status: 'stopped', owned: false });
    expect((await post('/api/gateway/stop')).body).toEqual({ status: 'not_running' });
    expect((await post('/api/gateway/reload')).status).toBe(503);
    // Nothing of that was a reason to touch it.
    expect(snapshot(home)).toEqual(before);
    expect((await post('/api/gateway/start?wait=1')).body).toMatchObject({ status: 'ok' });
    expect(await status()).toMatchObject({ gateway_status: 'running', owned: true, pid: pidRecord(home)?.pid });
    if (pid !== undefined) expect(isAlive(pid)).toBe(true);
  });

  it('another container: nobody can say whether it lives, so it is neither signalled nor replaced, and the reason is told', async () => {
    const { pid } = aBystander();
    const record = { ...RECORD, pid, pid_namespace: 1, instance_id: 'f'.repeat(36), boot_id: 'x' };
    const { home, post, status } = await aLauncherBefore((path) => writeFileSync(path, JSON.stringify(record)));
    const before = snapshot(home);
    expect((await post('/api/gateway/stop')).status).toBe(409);
    expect(snapshot(home)).toEqual(before);
    const started = await post('/api/gateway/start?wait=1');
    expect(started.status).toBe(502);
    expect(String((await status())['gateway_start_reason'])).toContain(home);
    expect(isAlive(pid)).toBe(true);
  });
});

describe('a pid file that is none', () => {
  it.each([
    ['empty', ''],
    ['half written', '{"pid": 12'],
    ['of another shape', '[1, 2, 3]'],
    ['with a pid that is none', JSON.stringify({ ...RECORD, pid: -1 })],
    ['with a port that is none', JSON.stringify({ ...RECORD, pid: 1, port: 70_000 })],
    ['not UTF-8', Buffer.from([0xff, 0xfe, 0x00, 0x80])],
    ['far too large', 'x'.repeat(100_000)],
  ])('%s: changes nothing by being looked at, and does not stand in the way of a start', async (_what, content) => {
    const { home, post, status } = await aLauncherBefore((path) => writeFileSync(path, content));
    const before = snapshot(home);
    expect(await status()).toMatchObject({ gateway_status: 'stopped' });
    expect((await post('/api/gateway/stop')).body).toEqual({ status: 'not_running' });
    expect(snapshot(home)).toEqual(before);
    expect((await post('/api/gateway/start?wait=1')).body).toMatchObject({ status: 'ok' });
    expect(await status()).toMatchObject({ gateway_status: 'running', pid: pidRecord(home)?.pid });
  });

  it('a symbolic link: is not followed, what it points at is left as it is, and the start says why not', async () => {
    const { pid } = aBystander();
    const target = join(freshHome(), '.picoclaw.pid');
    const text = JSON.stringify({ ...RECORD, pid });
    writeFileSync(target, text);
    const { home, post, status } = await aLauncherBefore((path) => symlinkSync(target, path));
    const before = snapshot(home);
    expect((await status())['gateway_status']).toBe('stopped');
    expect(snapshot(home)).toEqual(before);
    const { status: code, body } = await post('/api/gateway/start?wait=1');
    expect([code, body['error']]).toEqual([502, 'gateway_start_failed']);
    expect(body['message']).toContain(join(home, '.picoclaw.pid'));
    expect(body['message']).toMatch(/symbolic link|symlink/);
    expect(await status()).toMatchObject({ gateway_status: 'error', gateway_start_reason: body['message'] });
    expect(lstatSync(join(home, '.picoclaw.pid')).isSymbolicLink()).toBe(true);
    expect(readFileSync(target, 'utf8')).toBe(text);
    expect(isAlive(pid)).toBe(true);
  });
});

it('asking for the status, the log, readiness and the channel changes no file, running or not', async () => {
  const home = freshHome();
  const launcher = await startLauncher({ home, env: { PICOCLAW_LAUNCHER_TOKEN: TOKEN } });
  const { get, post } = api(launcher.url, TOKEN);
  const askAll = async () => {
    for (const path of ['gateway/status', 'gateway/logs', 'pico/info', 'auth/status', 'system/launcher-config'])
      await get(`/api/${path}`);
    await Promise.all([fetch(`${launcher.url}/health`), fetch(`${launcher.url}/ready`)]);
  };
  for (const order of ['start', 'stop']) {
    await post(`/api/gateway/${order}`);
    await askAll();
    const before = snapshot(home);
    await askAll();
    expect([order, snapshot(home)]).toEqual([order, before]);
  }
});
