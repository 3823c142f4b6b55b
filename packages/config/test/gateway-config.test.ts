import { chmodSync } from 'node:fs';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { gatewayOptions, loadGatewayConfig } from '../src/index.ts';
import { aHome } from './support/home.ts';
import { configErrorOf } from './support/problems.ts';

test('absent files mean the defaults, each marked as one', () => {
  const home = aHome();
  const config = loadGatewayConfig(home.paths, home.environment);
  expect(config).toMatchObject({
    gateway: { host: '127.0.0.1', port: 18_790, hot_reload: false, log_level: 'info', pid_token_override: false },
    channels: {
      pico: {
        enabled: false,
        token: undefined,
        allow_token_query: false,
        allow_origins: [],
        ping_interval: 30,
        read_timeout: 60,
        write_timeout: 60,
        max_connections: 100,
        max_message_bytes: 33_554_432,
        media_max_age: 30,
        media_max_size: 1024,
        when_busy: 'wait',
      },
      pico_client: { enabled: false },
    },
    model_list: [],
    warnings: [],
  });
  expect(Object.values(config.sources)).toEqual(gatewayOptions.map(() => ({ source: 'default' })));
  expect(Object.isFrozen(config.channels.pico)).toBe(true);
});

const layouts = {
  flat: {
    channels: {
      telegram: { token: 't' },
      pico: { enabled: true, token: 'abc', ping_interval: 7, allow_origins: ['https://a.example'] },
    },
  },
  list: {
    version: 3,
    channel_list: {
      telegram: { enabled: true, type: 'telegram', settings: { token: 't' } },
      'web ui': {
        enabled: true,
        type: 'pico',
        settings: { token: 'abc', ping_interval: 7, allow_origins: ['https://a.example'] },
      },
    },
  },
  'list with direct keys': {
    channel_list: { pico: { enabled: true, token: 'abc', ping_interval: 7, allow_origins: ['https://a.example'] } },
  },
};

test.each(Object.entries(layouts))('the channel is read from the %s layout', (_name, document) => {
  const home = aHome({ 'config.json': document });
  const { pico } = loadGatewayConfig(home.paths, home.environment).channels;
  expect(pico).toMatchObject({ enabled: true, ping_interval: 7, allow_origins: ['https://a.example'] });
  expect(pico.token?.reveal()).toBe('abc');
});

const securities = {
  flat: 'channels:\n  pico:\n    token: better\n    ping_interval: 9\n',
  list: 'channel_list:\n  pico:\n    settings:\n      token: better\n      ping_interval: 9\n',
};

test.each(Object.entries(securities))(
  '.security.yml in the %s layout beats config.json in either, key by key',
  (_name, security) => {
    for (const config of [
      { channels: { pico: { enabled: true, token: 'worse', read_timeout: 5 } } },
      { channel_list: { pico: { enabled: true, type: 'pico', settings: { token: 'worse', read_timeout: 5 } } } },
    ]) {
      const home = aHome({ 'config.json': config, '.security.yml': security });
      const loaded = loadGatewayConfig(home.paths, home.environment);
      expect(loaded.channels.pico).toMatchObject({ enabled: true, read_timeout: 5, ping_interval: 9 });
      expect(loaded.channels.pico.token?.reveal()).toBe('better');
      expect(loaded.sources['channels.pico.token']).toEqual({ source: 'file', from: home.paths.securityFile });
      expect(loaded.sources['channels.pico.read_timeout']).toEqual({ source: 'file', from: home.paths.configFile });
    }
  },
);

test('a named entry of .security.yml belongs to the channel of that name in config.json', () => {
  const home = aHome({
    'config.json': { channel_list: { 'web-ui': { enabled: true, type: 'pico', settings: { token: '[NOT_HERE]' } } } },
    '.security.yml':
      'channel_list:\n  web-ui:\n    settings:\n      token: named\n  pico:\n    settings: {token: stray}\n',
  });
  expect(loadGatewayConfig(home.paths, home.environment).channels.pico.token?.reveal()).toBe('named');
});

test('a channel called pico that is something else is left alone', () => {
  const home = aHome({
    'config.json': { channel_list: { pico: { enabled: true, type: 'telegram', settings: { token: 'bot' } } } },
    '.security.yml': 'channel_list:\n  pico:\n    settings: {token: bot}\n',
  });
  expect(loadGatewayConfig(home.paths, home.environment).channels.pico).toMatchObject({
    enabled: false,
    token: undefined,
  });
});

test('two enabled channels of our type are an error that names both', async () => {
  const home = aHome({
    'config.json': { channel_list: { a: { type: 'pico', enabled: true }, b: { type: 'pico', enabled: true } } },
  });
  const error = await configErrorOf(() => loadGatewayConfig(home.paths, home.environment));
  expect(error.message).toContain('"a", "b"');
});

test('a token in YAML is the characters as written, not the number they look like', () => {
  for (const written of ['0123', '12345678901234567890', '1e5', '0x1F', 'true']) {
    const home = aHome({ '.security.yml': `channels: { pico: { token: ${written} } }\n` });
    expect(loadGatewayConfig(home.paths, home.environment).channels.pico.token?.reveal()).toBe(written);
  }
});

test('flag beats environment beats file; in an installed service the file beats the environment', () => {
  const home = aHome({ 'config.json': { gateway: { port: 1000, log_level: 'error' } } });
  const variables = { PICOCLAW_GATEWAY_PORT: '2000', PICOCLAW_LOG_LEVEL: 'debug', PICOCLAW_GATEWAY_HOT_RELOAD: '1' };
  const byHand = loadGatewayConfig(home.paths, home.with(variables), { 'gateway.port': '3000' });
  expect(byHand.gateway).toMatchObject({ port: 3000, log_level: 'debug', hot_reload: true });
  expect(byHand.sources['gateway.port']).toEqual({ source: 'flag', from: 'gateway.port' });
  expect(byHand.sources['gateway.log_level']).toEqual({ source: 'env', from: 'PICOCLAW_LOG_LEVEL' });

  const service = loadGatewayConfig(home.paths, home.with({ ...variables, PICOCLAW_SERVICE_KIND: 'gateway' }));
  expect(service.gateway).toMatchObject({ port: 1000, log_level: 'error', hot_reload: true });
});

test('everything that is wrong is reported at once, with file, path, type and what is allowed', async () => {
  const home = aHome({
    'config.json': {
      gateway: { port: '18790', log_level: 'loud', host: 'a,,b' },
      channels: { pico: { enabled: 'yes', token: 12, allow_origins: 'x', ping_interval: 0 } },
      agents: [],
      model_list: [{ model: 'x/y' }, 'text'],
    },
    '.security.yml': 'gateway: { port: 0 }\n',
  });
  const error = await configErrorOf(() => loadGatewayConfig(home.paths, home.environment));
  expect(error.problems.map(({ path }) => path).sort()).toEqual([
    'agents',
    'channels.pico.allow_origins',
    'channels.pico.enabled',
    'channels.pico.ping_interval',
    'channels.pico.token',
    'gateway.host',
    'gateway.log_level',
    'gateway.port',
    'gateway.port',
    'model_list[0].model_name',
    'model_list[1]',
  ]);
  const port = `${home.paths.configFile}: gateway.port: must be a whole number from 1 to 65535, not this string`;
  expect(error.message.split('\n')).toContain(port);
});

test('values of other programs and unknown keys are no business of ours', () => {
  const home = aHome({
    'config.json': { version: 3, tools: { web: 1 }, channel_list: { irc: { type: 'irc', enabled: 1 } }, x: [null] },
  });
  expect(loadGatewayConfig(home.paths, home.environment).gateway.port).toBe(18_790);
});

test('a warning says when others can read .security.yml', () => {
  const home = aHome({ '.security.yml': 'channels: {}\n' });
  expect(loadGatewayConfig(home.paths, home.environment).warnings).toEqual([]);
  chmodSync(home.paths.securityFile, 0o640);
  const { warnings } = loadGatewayConfig(home.paths, home.environment);
  expect(warnings).toEqual([expect.stringMatching(/\.security\.yml .*mode 0640.*chmod 600/)]);
});

test('an empty config file is an error, an empty .security.yml is not', async () => {
  const home = aHome({ '.security.yml': '# nothing yet\n' });
  loadGatewayConfig(home.paths, home.environment);
  home.write('config.json', ' \n');
  const error = await configErrorOf(() => loadGatewayConfig(home.paths, home.environment));
  expect(error.message).toContain('is empty');
});

test('YAML that expands without end is refused', async () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefghi'.split('').map((name, index) => {
      const before = 'abcdefghi'[index];
      return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(',')}]`;
    }),
  ].join('\n');
  const home = aHome({ '.security.yml': bomb });
  const error = await configErrorOf(() => loadGatewayConfig(home.paths, home.environment));
  expect(error.message).toContain('aliases');
});

test('a client channel that is enabled needs to know where to connect', async () => {
  const home = aHome({ 'config.json': { channels: { pico_client: { enabled: true, token: 'x' } } } });
  const error = await configErrorOf(() => loadGatewayConfig(home.paths, home.environment));
  expect(error.problems[0]?.path).toBe('channels.pico_client.url');
  const loaded = loadGatewayConfig(
    home.paths,
    home.with({ PICOCLAW_CHANNELS_PICO_CLIENT_URL: 'ws://other:18790/pico/ws' }),
  );
  expect(loaded.channels.pico_client.url).toBe('ws://other:18790/pico/ws');
});

test('a configuration that is printed shows no secret', () => {
  const home = aHome({
    'config.json': {
      channels: { pico: { token: 's3cr3t-1' } },
      model_list: [{ model_name: 'm', model: 'openai/m', api_key: 's3cr3t-2', api_keys: ['s3cr3t-3'] }],
    },
  });
  const config = loadGatewayConfig(home.paths, home.environment);
  expect(config.model_list[0]?.api_keys).toHaveLength(2);
  expect(inspect(config, { depth: 9, showHidden: true }) + JSON.stringify(config)).not.toContain('s3cr3t');
});

test('the option table has a type and a meaning for every option and shows no default for secrets', () => {
  for (const option of gatewayOptions) {
    expect(option.meaning, option.key).not.toBe('');
    expect(option.type, option.key).not.toBe('');
  }
  const byKey = Object.fromEntries(gatewayOptions.map((option) => [option.key, option]));
  expect(byKey['gateway.port']).toMatchObject({ type: 'a whole number from 1 to 65535', default: 18_790 });
  expect(byKey['channels.pico.token']).toMatchObject({ secret: true, default: undefined });
});
