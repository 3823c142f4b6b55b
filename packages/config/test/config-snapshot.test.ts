import { Secret } from '@picoclaw/auth';
import { describe, expect, test } from 'vitest';
import { persistCredentials, snapshotConfig } from '../src/index.ts';
import { aHome } from './support/home.ts';
import { configErrorOf } from './support/problems.ts';

const token = new Secret('a-token-of-a-person');
const given = (['launcher', 'channel'] as const).map((purpose) => ({ purpose, written: token, from: 'a unit' }));

describe('a change that was planned on a snapshot', () => {
  test('is written when the files still are what they were; unknown keys and comments survive', async () => {
    const home = aHome({
      'launcher-config.json': { port: 18_801, mine: { kept: true }, setup_pending: true },
      '.security.yml': '# hands off\nmodel_list: {}\n',
    });
    const expected = snapshotConfig(home.paths, home.environment);
    const persisted = await persistCredentials(home.paths, home.environment, given, { expected });
    expect(persisted.map(({ outcome }) => outcome)).toEqual(['stored', 'stored']);
    expect(home.json('launcher-config.json')).toEqual({
      port: 18_801,
      mine: { kept: true },
      launcher_token: token.reveal(),
    });
    expect(home.read('.security.yml')).toMatch(/^# hands off\n/);
  });

  test.each([
    ['the file it changes', 'launcher-config.json', '{"port": 18802}'],
    ['another of the files', 'config.json', '{"gateway": {"port": 18791}}'],
    ['a file that was not there', '.security.yml', 'model_list: {}\n'],
  ])('is a conflict when somebody changed %s meanwhile, and that edit stays', async (_what, name, edit) => {
    const home = aHome({ 'launcher-config.json': { port: 18_801 }, 'config.json': {} });
    const expected = snapshotConfig(home.paths, home.environment);
    home.write(name, edit);
    const before = home.read('launcher-config.json');
    const error = await configErrorOf(() => persistCredentials(home.paths, home.environment, given, { expected }));
    expect(error.code).toBe('config_conflict');
    expect(error.problems.map(({ file }) => file)).toEqual([`${home.paths.home}/${name}`]);
    expect(home.read(name)).toBe(edit);
    expect(home.read('launcher-config.json')).toBe(before);
  });

  test.each([
    ['half written', 'config.json', '{"gateway": {"port": 18790,'],
    ['of wrong values', 'launcher-config.json', '{"port": "many"}'],
  ])('cannot even be planned when a file is %s', async (_what, name, text) => {
    const home = aHome({ [name]: text });
    const error = await configErrorOf(() => snapshotConfig(home.paths, home.environment));
    expect(error.code).toBe('config_invalid');
    expect(home.read(name)).toBe(text);
  });
});
