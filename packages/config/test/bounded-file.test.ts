import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadGatewayConfig, loadLauncherConfig, readBoundedFile } from '../src/index.ts';
import { aHome } from './support/home.ts';
import { makePipes } from './support/pipe.ts';
import { configErrorOf } from './support/problems.ts';

test('an absent file is absent and no error', () => {
  expect(readBoundedFile(join(aHome().paths.home, 'nothing'))).toBeUndefined();
});

test('a named pipe in place of a file is refused at once instead of waited for', async () => {
  const home = aHome();
  makePipes(home.paths.configFile, home.paths.launcherConfigFile);
  for (const load of [loadGatewayConfig, loadLauncherConfig]) {
    const error = await configErrorOf(() => load(home.paths, home.environment));
    expect(error.code).toBe('config_unreadable');
    expect(error.message).toContain('named pipe');
  }
});

test('a directory, a device, an oversized file and wrong bytes are refused with the reason', async () => {
  const home = aHome({ large: 'x'.repeat(101) });
  writeFileSync(join(home.paths.home, 'latin1'), Buffer.from([0x7b, 0xe4, 0x7d]));
  const cases = [
    [home.paths.home, /a directory/],
    ['/dev/zero', /a device/],
    [join(home.paths.home, 'large'), /larger than 100 bytes/],
    [join(home.paths.home, 'latin1'), /not valid UTF-8/],
  ] as const;
  for (const [file, reason] of cases) {
    const error = await configErrorOf(() => readBoundedFile(file, 100));
    expect(error.code).toBe('config_unreadable');
    expect(error.message).toMatch(reason);
  }
});

test('links that go in a circle are refused', async () => {
  const home = aHome();
  symlinkSync(home.paths.configFile, home.paths.configFile);
  const error = await configErrorOf(() => loadGatewayConfig(home.paths, home.environment));
  expect(error.message).toContain('points back to itself');
});
