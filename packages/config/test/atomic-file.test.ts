import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resolveLauncherToken, resolvePaths, writeFileAtomically } from '../src/index.ts';
import { aHome } from './support/home.ts';
import { configErrorOf } from './support/problems.ts';

test('a file in a directory that does not exist yet is written, both for their owner only', async () => {
  const home = aHome();
  const file = join(home.paths.home, 'new', 'file.json');
  await writeFileAtomically(file, '{}');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(home.paths.home, 'new')).mode & 0o777).toBe(0o700);
});

test('a directory in place of the file is refused and nothing is left behind', async () => {
  const home = aHome();
  mkdirSync(home.paths.configFile);
  const error = await configErrorOf(() => writeFileAtomically(home.paths.configFile, '{}'));
  expect(error.code).toBe('config_unwritable');
  expect(error.message).toContain('is not an ordinary file');
  expect(readdirSync(home.paths.home)).toEqual(['config.json']);
});

test('a home that cannot hold files is an error that names the file and the reason', async () => {
  const home = aHome({ blocked: '' });
  const paths = resolvePaths({ home: join(home.paths.home, 'blocked', 'home') }, home.with({ PICOCLAW_CONFIG: '' }));
  const error = await configErrorOf(() => resolveLauncherToken(paths, home.environment));
  expect(error.message).toContain(join('blocked', 'home'));
  expect(error.message).toContain('not a directory');
});
