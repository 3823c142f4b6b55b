import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freshHome, readHomeJson } from '../support/home.ts';
import { inOwnNetwork, mayHaveNetwork, OWN_ADDRESS, postFrom } from '../support/own-network.ts';
import { isAlive, type RunningLauncher, startLauncher } from '../support/processes.ts';
import { mayMount, onSmallDisk, smallDiskOf } from '../support/small-disk.ts';

const post = (url: string, path: string, body: object) =>
  fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const setup = ({ url }: RunningLauncher, token: string) => post(url, '/setup', { token, confirm: token });
const opens = async ({ url }: RunningLauncher, token: string) => (await post(url, '/login', { token })).status === 200;

describe('a first run', () => {
  it('that two people do at once is the one’s, and the other is told and not let in', async () => {
    const home = freshHome();
    const launcher = await startLauncher({ home, args: ['--external-gateway'] });
    const tokens = ['token-of-the-one', 'token-of-the-other'];
    const replies = await Promise.all(tokens.map((token) => setup(launcher, token)));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
    const winner = replies.findIndex(({ status }) => status === 200);
    const loser = replies[1 - winner];
    expect([await loser?.json(), loser?.headers.get('set-cookie')]).toMatchObject([{ error: 'already_set_up' }, null]);
    expect(readHomeJson(home, 'launcher-config.json')).toEqual({ launcher_token: tokens[winner] });
    expect(await opens(launcher, tokens[winner] ?? '')).toBe(true);
    expect(await opens(launcher, tokens[1 - winner] ?? '')).toBe(false);
    expect(await opens(launcher, launcher.linkToken() ?? '')).toBe(false);
  });

  it.runIf(mayHaveNetwork)('from another machine needs the generated token, from this one does not', async () => {
    const first = async () => {
      const args = ['--external-gateway', '--public'];
      const launcher = await startLauncher({ home: freshHome(), args, within: inOwnNetwork });
      const from = (address: string, more: object = {}, host = address) => {
        const body = { token: 'token-of-my-own', confirm: 'token-of-my-own', ...more };
        return postFrom(launcher.child.pid ?? 0, address, launcher.port, '/setup', body, host);
      };
      return { launcher, from };
    };
    const { launcher, from } = await first();
    expect(from(OWN_ADDRESS)).toBe('401 no session');
    expect(from(OWN_ADDRESS, {}, 'localhost')).toBe('401 no session');
    expect(from(OWN_ADDRESS, { setup_token: 'wrong' })).toBe('401 no session');
    // Under a name of the network it may have come by a tunnel.
    expect(from('127.0.0.1', {}, OWN_ADDRESS)).toBe('401 no session');
    expect(from(OWN_ADDRESS, { setup_token: launcher.linkToken() })).toBe('200 session');
    expect((await first()).from('127.0.0.1')).toBe('200 session');
  });

  it.runIf(mayMount)('on a disk that is full, or cannot be written, is refused without a session', async () => {
    const home = freshHome();
    const launcher = await startLauncher({ home, args: ['--external-gateway'], within: onSmallDisk(home) });
    const pid = launcher.child.pid ?? 0;
    const disk = smallDiskOf(pid, home);
    const file = () => readFileSync(join(disk.folder, 'launcher-config.json'), 'utf8');
    const before = file();
    const generated = launcher.linkToken() ?? '';
    const refused = async (token: string) => {
      const reply = await setup(launcher, token);
      expect([reply.status, await reply.json()]).toMatchObject([503, { error: 'config_unavailable' }]);
      expect(reply.headers.get('set-cookie')).toBeNull();
      expect(file()).toBe(before);
      expect(await opens(launcher, token)).toBe(false);
      // What needs no disk goes on, and so does the process, whose log cannot be written either.
      expect(await opens(launcher, generated)).toBe(true);
    };
    disk.fill();
    await refused('token-on-a-full-disk');
    disk.empty();
    disk.makeReadOnly();
    await refused('token-on-a-fixed-disk');
    disk.makeWritable();
    expect((await setup(launcher, 'token-of-my-own')).status).toBe(200);
    expect(JSON.parse(file())).toEqual({ launcher_token: 'token-of-my-own' });
    expect(await opens(launcher, 'token-of-my-own')).toBe(true);
    expect(isAlive(pid)).toBe(true);
  });
});
