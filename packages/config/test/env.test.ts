import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { environmentVariables, readEnvironment } from '../src/index.ts';
import { aHome } from './support/home.ts';
import { makePipes } from './support/pipe.ts';
import { configErrorOf } from './support/problems.ts';

test('values are trimmed, typed and carry the variable they came from', () => {
  const environment = readEnvironment({
    source: {
      PICOCLAW_GATEWAY_PORT: ' 19000 ',
      PICOCLAW_GATEWAY_HOT_RELOAD: 'TRUE',
      PICOCLAW_CHANNELS_PICO_ENABLED: '0',
      PICOCLAW_LOG_LEVEL: 'warn',
      PICOCLAW_LAUNCHER_TOKEN: '  abc\n',
    },
  });
  expect(environment.gatewayPort).toBe(19_000);
  expect(environment.gatewayHotReload).toBe(true);
  expect(environment.picoEnabled).toBe(false);
  expect(environment.logLevel).toBe('warn');
  expect(environment.launcherToken?.reveal()).toBe('abc');
  expect(environment.origins).toMatchObject({ gatewayPort: 'PICOCLAW_GATEWAY_PORT' });
  expect(Object.isFrozen(environment)).toBe(true);
});

test('a blank variable counts as unset, for every variable', () => {
  const source = Object.fromEntries(environmentVariables.map(({ name }) => [name, ' \t ']));
  const environment = readEnvironment({ source });
  expect(environment.origins).toEqual({});
  expect(environment.names).toEqual([]);
  expect(environment.launcherToken).toBeUndefined();
  expect(environment.gatewayPort).toBeUndefined();
});

test('every wrong variable is reported at once, by name and without its value', async () => {
  const source = {
    PICOCLAW_GATEWAY_PORT: '70000',
    PICOCLAW_LAUNCHER_PORT: '18800x',
    PICOCLAW_GATEWAY_HOT_RELOAD: 'yes',
    PICOCLAW_LOG_LEVEL: 'loud',
    PICOCLAW_SERVICE_KIND: 'daemon',
    PICOCLAW_LAUNCHER_HOST: '127.0.0.1,,::1',
    PICOCLAW_SESSION_KEY: 's3cr3t',
  };
  const error = await configErrorOf(() => readEnvironment({ source }));
  expect(error.code).toBe('config_invalid');
  expect(error.problems.map(({ path }) => path).sort()).toEqual(Object.keys(source).sort());
  expect(error.message).toContain('PICOCLAW_GATEWAY_PORT: must be a whole number from 1 to 65535');
  expect(error.message).toContain('PICOCLAW_GATEWAY_HOT_RELOAD: must be true or false');
  expect(error.message).toContain('PICOCLAW_LOG_LEVEL: must be one of debug, info, warn, error, fatal');
  expect(error.message).not.toContain('s3cr3t');
});

test('a secret can be read from a file, without the newline at its end', () => {
  const home = aHome({ token: 'from-a-file\r\n' });
  const environment = home.with({ PICOCLAW_LAUNCHER_TOKEN_FILE: join(home.paths.home, 'token') });
  expect(environment.launcherToken?.reveal()).toBe('from-a-file');
  expect(environment.origins.launcherToken).toBe('PICOCLAW_LAUNCHER_TOKEN_FILE');
  expect(environment.warnings).toEqual([]);
});

test('a secret file that is missing, empty, huge or no file is named with the reason', async () => {
  const home = aHome({ empty: '\n', huge: 'x'.repeat(70_000) });
  makePipes(join(home.paths.home, 'pipe'));
  const reasons = {
    missing: /does not exist/,
    empty: /is empty/,
    huge: /larger than/,
    pipe: /named pipe/,
    '.': /a directory/,
  };
  for (const [name, reason] of Object.entries(reasons)) {
    const error = await configErrorOf(() => home.with({ PICOCLAW_GATEWAY_TOKEN_FILE: join(home.paths.home, name) }));
    expect(error.problems[0]).toMatchObject({ file: 'environment', path: 'PICOCLAW_GATEWAY_TOKEN_FILE' });
    expect(error.message).toMatch(reason);
  }
});

test('a secret given both directly and by file is an error instead of a guess', async () => {
  const home = aHome({ token: 'a' });
  const error = await configErrorOf(() =>
    home.with({ PICOCLAW_GATEWAY_TOKEN: 'b', PICOCLAW_GATEWAY_TOKEN_FILE: join(home.paths.home, 'token') }),
  );
  expect(error.message).toContain('PICOCLAW_GATEWAY_TOKEN_FILE');
});

test('an unknown variable of ours is warned about, with the nearest known name when there is one', () => {
  const source = {
    PICOCLAW_LAUNCHER_TOKE: 'x',
    PICOCLAW_CHANNELS_TELEGRAM_TOKEN: 'y',
    OTHER: 'z',
    PICOCLAW_HOME_FILE: 'h',
  };
  const { warnings } = readEnvironment({ source });
  expect(warnings).toContain(
    'Unknown environment variable PICOCLAW_LAUNCHER_TOKE; did you mean PICOCLAW_LAUNCHER_TOKEN?',
  );
  expect(warnings).toHaveLength(3);
  expect(warnings.join()).not.toContain('OTHER');
});

test('what is handed over wins over the variable and over its file form', () => {
  const environment = readEnvironment({
    source: { PICOCLAW_GATEWAY_TOKEN_FILE: '/nowhere', PICOCLAW_CHANNELS_PICO_TOKEN: 'old' },
    extra: { PICOCLAW_GATEWAY_TOKEN: 'handed', PICOCLAW_CHANNELS_PICO_TOKEN: 'new' },
  });
  expect(environment.gatewayToken?.reveal()).toBe('handed');
  expect(environment.picoToken?.reveal()).toBe('new');
});

test('an environment that is printed shows no secret', () => {
  const names = environmentVariables.filter(({ secret }) => secret).map(({ name }) => name);
  const key = 'a'.repeat(64);
  const environment = readEnvironment({ source: Object.fromEntries(names.map((name) => [name, key])) });
  expect(environment.sessionKey?.reveal()).toBe(key);
  expect(inspect(environment, { depth: 9, showHidden: true })).not.toContain(key);
  expect(JSON.stringify(environment)).not.toContain(key);
});
