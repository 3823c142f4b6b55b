import { describe, expect, it } from 'vitest';
import { cli } from '../support/cli.ts';
import { allFilesBelow, freePort, freshHome, writeHomeFile } from '../support/home.ts';
import { startLauncher } from '../support/processes.ts';

/** A launcher with a token of its own in the file, and what commands at its home come to. */
async function aLauncher() {
  const home = freshHome();
  writeHomeFile(home, 'launcher-config.json', { launcher_token: 'the-first-launcher-token' });
  const launcher = await startLauncher({ home });
  const env = {
    PICOCLAW_LAUNCHER_PORT: String(launcher.port),
    PICOCLAW_GATEWAY_PORT: String(launcher.gatewayPort),
  };
  return { home, launcher, token: (...args: string[]) => cli(['token', ...args], { home, env }) };
}

const accepts = async (url: string, token: string) =>
  (await fetch(`${url}/api/system/version`, { headers: { authorization: `Bearer ${token}` } })).status === 200;

describe('token', () => {
  it('shows the token only to who asks for it twice, or at a terminal', async () => {
    const { token } = await aLauncher();
    expect(await token('show')).toMatchObject({ code: 2, stdout: '' });
    expect(await token('show', '--yes')).toMatchObject({ code: 0, stdout: 'the-first-launcher-token\n' });
    expect((await token('show', '--yes', '--channel')).stdout).toMatch(/^[\w-]{43}\n$/);
    expect(await token('show', '--yes', '--channel', '--launcher')).toMatchObject({ code: 2 });
  });

  it('prints a link that signs in once', async () => {
    const { launcher, token } = await aLauncher();
    const link = (await token('url')).stdout.trim();
    expect(link).not.toContain('the-first-launcher-token');
    const follow = async () => (await fetch(link, { redirect: 'manual' })).headers.get('location');
    expect(await follow()).toBe('/');
    expect(await follow()).toBe('/login?error=invalid_token');
    const longLived = (await token('url', '--long-lived')).stdout.trim();
    expect(longLived).toBe(`${launcher.url}/?token=the-first-launcher-token`);
  });

  it('changes the launcher token: the old one opens nothing, and stands in no file', async () => {
    const { home, launcher, token } = await aLauncher();
    expect(await token('rotate')).toMatchObject({ code: 0 });
    const fresh = (await token('show', '--yes')).stdout.trim();
    expect(await accepts(launcher.url, fresh)).toBe(true);
    expect(await accepts(launcher.url, 'the-first-launcher-token')).toBe(false);
    for (const [name, content] of allFilesBelow(home)) expect(content, name).not.toContain('the-first-launcher-token');
  });

  it('changes the channel token: the gateway takes the new one at once', async () => {
    const { launcher, token } = await aLauncher();
    const before = (await token('show', '--yes', '--channel')).stdout.trim();
    expect(await token('rotate', '--channel')).toMatchObject({ code: 0 });
    const after = (await token('show', '--yes', '--channel')).stdout.trim();
    const knock = async (value: string) => {
      const url = `http://127.0.0.1:${launcher.gatewayPort}/pico/sessions`;
      return (await fetch(url, { headers: { authorization: `Bearer ${value}` } })).status;
    };
    expect([await knock(before), await knock(after)]).toEqual([401, 200]);
  });

  it('says what to do where it cannot do it', async () => {
    const home = freshHome();
    const env = { PICOCLAW_LAUNCHER_PORT: String(await freePort()) };
    expect(await cli(['token', 'url'], { home, env })).toMatchObject({ code: 3 });
    expect(await cli(['token', 'show', '--yes'], { home, env })).toMatchObject({ code: 78 });
    const fromEnvironment = { ...env, PICOCLAW_LAUNCHER_TOKEN: 'given-by-the-environment' };
    const refused = await cli(['token', 'rotate'], { home, env: fromEnvironment });
    expect(refused).toMatchObject({ code: 78, stdout: '' });
    expect(refused.stderr).toContain('PICOCLAW_LAUNCHER_TOKEN: change it there');
    const { home: other, token } = await aLauncher();
    writeHomeFile(other, 'launcher-config.json', { launcher_token: 'changed-in-the-file-by-hand' });
    expect(await token('url')).toMatchObject({ code: 4, stdout: '' });
  });
});
