import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { api } from '../support/api.ts';
import { cli } from '../support/cli.ts';
import { allFilesBelow, freePort, freshHome, readHomeJson, writeHomeFile } from '../support/home.ts';
import { isAlive, pidRecord, root, startLauncher } from '../support/processes.ts';

const page = readFileSync(join(root, 'docs/migration.md'), 'utf8');
const [, refusal = ''] = /^> `(is encrypted .+)`$/m.exec(page) ?? [];
const TOKEN = 'launcher-token-of-the-go-home';
const CHANNEL = 'channel-token-of-the-go-home';

/** No process has this number on Linux, where pids end at 2^22. */
const GONE = 4_194_305;

/** The home that the Go launcher has left, with a pid file of a gateway that was killed. */
function goHome(security: string, launcherToken = TOKEN): string {
  const home = freshHome();
  writeHomeFile(home, 'config.json', {
    version: 2,
    channels: { telegram: { enabled: true, token: '[NOT_HERE]' }, pico: { enabled: true, token: '[NOT_HERE]' } },
    gateway: { host: '127.0.0.1' },
  });
  writeHomeFile(home, '.security.yml', security);
  writeHomeFile(home, 'launcher-config.json', { port: 18800, public: false, launcher_token: launcherToken });
  const record = { pid: GONE, token: '0123456789abcdef0123456789abcdef', version: '0.2.4', port: 1, host: '127.0.0.1' };
  writeHomeFile(home, '.picoclaw.pid', record);
  return home;
}

const settingsOf = (home: string) =>
  new Map(
    [...allFilesBelow(home)].filter(([name]) => /^(?:config\.json|\.security\.yml|launcher-config\.json)$/.test(name)),
  );

it('takes the home over as docs/migration.md says, and leaves one to go back to', async () => {
  const home = goHome(`channels:\n  telegram:\n    token: theirs\n  pico:\n    token: ${CHANNEL}\n`);
  const before = settingsOf(home);
  const args = ['-no-browser', '-port', String(await freePort())];
  const launcher = await startLauncher({ home, args });
  const { pid = 0, port } = pidRecord(home) ?? {};
  expect([isAlive(pid), port]).toEqual([true, launcher.gatewayPort]);
  expect(settingsOf(home)).toEqual(before);

  const rotated = await cli(['token', 'rotate', '--channel'], { home, env: portsOf(launcher, args) });
  expect(rotated.stdout).toContain('the gateway takes it already');
  const after = settingsOf(home);
  expect(after.get('launcher-config.json')).toBe(before.get('launcher-config.json'));
  expect(after.get('.security.yml')).toMatch(
    /^channels:\n {2}telegram:\n {4}token: theirs\n {2}pico:\n {4}token: \S+\n$/,
  );
  expect(after.get('.security.yml')).not.toContain(CHANNEL);
  expect(readHomeJson(home, 'config.json')['channels']).toMatchObject({
    telegram: { enabled: true, token: '[NOT_HERE]' },
  });
  expect(await launcher.kill('SIGTERM')).toBe(0);
  expect(pidRecord(home)).toBeUndefined();
});

const portsOf = ({ gatewayPort }: { gatewayPort: number }, [, , port = '']: readonly string[]) => ({
  PICOCLAW_LAUNCHER_PORT: port,
  PICOCLAW_GATEWAY_PORT: String(gatewayPort),
});

it('refuses an encrypted channel token by keeping the gateway from starting, and changes no file', async () => {
  const home = goHome('channels:\n  pico:\n    token: enc://AAAA\n');
  const before = settingsOf(home);
  const launcher = await startLauncher({ home });
  const status = await api(launcher.url, TOKEN).status();
  expect(String(status['gateway_start_reason'])).toContain(`.security.yml: channels.pico.token: ${refusal}`);
  expect(settingsOf(home)).toEqual(before);
});

it('refuses an encrypted launcher token by ending with 78', async () => {
  const home = goHome(`channels:\n  pico:\n    token: ${CHANNEL}\n`, 'enc://AAAA');
  const before = settingsOf(home);
  const { code, stderr } = await cli(['--no-browser'], { home });
  expect([code, stderr]).toEqual([78, expect.stringContaining(`launcher-config.json: launcher_token: ${refusal}`)]);
  expect(settingsOf(home)).toEqual(before);
});
