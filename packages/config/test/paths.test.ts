import { statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ensureHome, readEnvironment, resolvePaths } from '../src/index.ts';
import { aHome } from './support/home.ts';

test('the home is ~/.picoclaw unless something else is said', () => {
  const paths = resolvePaths({}, readEnvironment({ source: { HOME: '/home/me' } }));
  expect(paths).toMatchObject({
    home: '/home/me/.picoclaw',
    configFile: '/home/me/.picoclaw/config.json',
    securityFile: '/home/me/.picoclaw/.security.yml',
    launcherConfigFile: '/home/me/.picoclaw/launcher-config.json',
    pidFile: '/home/me/.picoclaw/.picoclaw.pid',
    logsDirectory: '/home/me/.picoclaw/logs',
    sessionsDirectory: '/home/me/.picoclaw/sessions',
    mediaDirectory: '/home/me/.picoclaw/media',
  });
});

test('the command line beats the environment, and the other files stand beside the config file', () => {
  const environment = readEnvironment({
    source: { HOME: '/home/me', PICOCLAW_HOME: '~/claw', PICOCLAW_CONFIG: '/etc/p/c.json' },
  });
  expect(resolvePaths({}, environment)).toMatchObject({
    home: '/home/me/claw',
    configFile: '/etc/p/c.json',
    securityFile: '/etc/p/.security.yml',
    launcherConfigFile: '/etc/p/launcher-config.json',
    pidFile: '/home/me/claw/.picoclaw.pid',
  });
  expect(resolvePaths({ configFile: 'mine.json', home: '/h' }, environment)).toMatchObject({
    home: '/h',
    configFile: join(process.cwd(), 'mine.json'),
  });
});

test('a home that is made belongs to its owner alone', async () => {
  const base = aHome();
  const paths = resolvePaths({ home: join(base.paths.home, 'new', 'home') }, base.environment);
  await ensureHome(paths);
  await ensureHome(paths);
  for (const directory of [paths.home, paths.logsDirectory, paths.sessionsDirectory]) {
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  }
});

test('a user without a home is told what to set, and needs none with PICOCLAW_HOME', () => {
  const homeless = { ...readEnvironment({ source: {} }), userHome: '' };
  expect(() => resolvePaths({}, homeless)).toThrow('environment: HOME: is not set');
  expect(() => resolvePaths({ configFile: '~/config.json' }, { ...homeless, home: '/data' })).toThrow(
    'HOME: is not set',
  );
  expect(resolvePaths({}, { ...homeless, home: '/data' }).configFile).toBe('/data/config.json');
});

test('an empty HOME does not make the folder one stands in the home', () => {
  const { userHome } = readEnvironment({ source: { HOME: '' } });
  expect(userHome).toBe(userInfo().homedir);
});
