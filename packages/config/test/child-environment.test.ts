import { expect, test } from 'vitest';
import {
  childEnvironment,
  desktopEnvironment,
  environmentVariables,
  gatewaySecrets,
  readEnvironment,
} from '../src/index.ts';

const secretNames = environmentVariables.filter(({ secret }) => secret).map(({ name }) => name);
const sessionKey = 'b'.repeat(64);
const source = {
  PATH: '/bin',
  HOME: '/home/me',
  LC_ALL: 'C.UTF-8',
  HTTPS_PROXY: 'http://proxy:3128',
  NODE_EXTRA_CA_CERTS: '/ca.pem',
  AWS_SECRET_ACCESS_KEY: 'aws',
  NODE_OPTIONS: '--inspect',
  OPENAI_API_KEY: 'sk-1',
  PICOCLAW_HOME: 'relative-home',
  PICOCLAW_LOG_LEVEL: 'debug',
  PICOCLAW_CHANNELS_TELEGRAM_TOKEN: '123:abc',
  ...Object.fromEntries(
    secretNames.map((name) => [name, name === 'PICOCLAW_SESSION_KEY' ? sessionKey : `value-of-${name}`]),
  ),
};

test('a gateway gets the listed variables and our settings, and no secret at all', () => {
  expect(childEnvironment(readEnvironment({ source }))).toEqual({
    PATH: '/bin',
    HOME: '/home/me',
    LC_ALL: 'C.UTF-8',
    HTTPS_PROXY: 'http://proxy:3128',
    NODE_EXTRA_CA_CERTS: '/ca.pem',
    PICOCLAW_HOME: 'relative-home',
    PICOCLAW_LOG_LEVEL: 'debug',
  });
});

test('home and config file are pinned to ours', () => {
  const paths = { home: '/data', configFile: '/etc/picoclaw.json' };
  const child = childEnvironment(readEnvironment({ source }), { paths });
  expect(child).toMatchObject({ PICOCLAW_HOME: '/data', PICOCLAW_CONFIG: '/etc/picoclaw.json' });
});

test("a foreign gateway program gets the gateway's secrets and its own variables, never the launcher's", () => {
  const child = childEnvironment(readEnvironment({ source }), { withSecrets: true });
  expect(child).toMatchObject({
    PICOCLAW_GATEWAY_TOKEN: 'value-of-PICOCLAW_GATEWAY_TOKEN',
    PICOCLAW_CHANNELS_PICO_TOKEN: 'value-of-PICOCLAW_CHANNELS_PICO_TOKEN',
    PICOCLAW_CHANNELS_TELEGRAM_TOKEN: '123:abc',
  });
  const text = JSON.stringify(child);
  for (const hidden of [
    'PICOCLAW_LAUNCHER_TOKEN',
    'PICOCLAW_SESSION_KEY',
    'PICOCLAW_REDIS_URL',
    sessionKey,
    'AWS',
    'sk-1',
  ]) {
    expect(text).not.toContain(hidden);
  }
});

test("the secrets that are handed over are the gateway's own and those that the files name", () => {
  const environment = readEnvironment({ source });
  expect(gatewaySecrets(environment, ['OPENAI_API_KEY', 'UNSET'])).toEqual({
    OPENAI_API_KEY: 'sk-1',
    PICOCLAW_GATEWAY_TOKEN: 'value-of-PICOCLAW_GATEWAY_TOKEN',
    PICOCLAW_CHANNELS_PICO_TOKEN: 'value-of-PICOCLAW_CHANNELS_PICO_TOKEN',
    PICOCLAW_CHANNELS_PICO_CLIENT_TOKEN: 'value-of-PICOCLAW_CHANNELS_PICO_CLIENT_TOKEN',
    PICOCLAW_REDIS_URL: 'value-of-PICOCLAW_REDIS_URL',
  });
});

test('a gateway that is handed its secrets reads the same values as its launcher', () => {
  const launcher = readEnvironment({ source });
  const gateway = readEnvironment({ source: childEnvironment(launcher), extra: gatewaySecrets(launcher) });
  expect(gateway.gatewayToken?.reveal()).toBe(launcher.gatewayToken?.reveal());
  expect(gateway.logLevel).toBe('debug');
  expect(gateway.launcherToken).toBeUndefined();
});

test('a program of the desktop gets the session, and nothing that opens anything', () => {
  const session = { DISPLAY: ':0', XAUTHORITY: '/x', XDG_CURRENT_DESKTOP: 'KDE', SSH_AUTH_SOCK: '/agent' };
  const given = desktopEnvironment(readEnvironment({ source: { ...source, ...session } }));
  expect(given).toEqual({
    ...session,
    PATH: '/bin',
    HOME: '/home/me',
    LC_ALL: 'C.UTF-8',
    HTTPS_PROXY: 'http://proxy:3128',
    NODE_EXTRA_CA_CERTS: '/ca.pem',
    NODE_OPTIONS: '--inspect',
  });
});
