import { expect, test } from 'vitest';
import { gatewayAuthority, loadGatewayConfig, resolveChannelToken, rotateChannelToken } from '../src/index.ts';
import { aHome } from './support/home.ts';

test('the sources come in order, and each says what it shadows', () => {
  const home = aHome({
    'config.json': { channels: { pico: { token: 'config' } } },
    '.security.yml': 'channels: { pico: { token: security } }\n',
  });
  const both = home.with({ PICOCLAW_GATEWAY_TOKEN: 'gateway', PICOCLAW_CHANNELS_PICO_TOKEN: 'pico' });
  expect(resolveChannelToken(home.paths, both)).toMatchObject({ source: 'env', from: 'PICOCLAW_GATEWAY_TOKEN' });
  expect(resolveChannelToken(home.paths, both).shadowed).toHaveLength(3);
  const one = home.with({ PICOCLAW_CHANNELS_PICO_TOKEN: 'pico' });
  expect(resolveChannelToken(home.paths, one).from).toBe('PICOCLAW_CHANNELS_PICO_TOKEN');
  expect(resolveChannelToken(home.paths, home.environment)).toMatchObject({
    source: 'file',
    from: `${home.paths.securityFile}: channels.pico.token`,
    shadowed: [{ from: `${home.paths.configFile}: channels.pico.token`, differs: true }],
  });
  expect(resolveChannelToken(aHome().paths, aHome().environment)).toEqual({ shadowed: [] });
});

test('the gateway token is the one authority, except in a service whose files hold a token', () => {
  const home = aHome({ 'config.json': { channels: { pico: { token: 'config' } } } });
  expect(gatewayAuthority(home.paths, home.environment)).toBeUndefined();
  expect(gatewayAuthority(home.paths, home.with({ PICOCLAW_GATEWAY_TOKEN: 'g' }))?.reveal()).toBe('g');
  const service = { PICOCLAW_GATEWAY_TOKEN: 'g', PICOCLAW_SERVICE_KIND: 'gateway' };
  expect(gatewayAuthority(home.paths, home.with(service))).toBeUndefined();
  const empty = aHome();
  expect(gatewayAuthority(empty.paths, empty.with(service))?.reveal()).toBe('g');
});

const homes = {
  'flat files': {
    'config.json': { keep: 1, channels: { telegram: { token: 't' }, pico: { enabled: true, token: 'old' } } },
    '.security.yml': '# mine\nchannels:\n  pico:\n    token: old\n  telegram: { token: t }\n',
  },
  'files with a channel list': {
    'config.json': {
      channel_list: { web: { type: 'pico', enabled: true, settings: { token: 'old', ping_interval: 5 } } },
    },
    '.security.yml': 'channel_list:\n  web:\n    settings:\n      token: old\n',
  },
  'files of different layouts': {
    'config.json': {
      channel_list: { pico: { type: 'pico', enabled: true, token: 'old', settings: { token: 'old' } } },
    },
    '.security.yml': 'channels: { pico: { token: old, settings: { token: old } } }\n',
  },
  'no .security.yml': {
    'config.json': { version: 3, channel_list: { pico: { type: 'pico', enabled: true, settings: { token: 'old' } } } },
  },
  'no files': {},
};

test.each(Object.entries(homes))(
  'rotating with %s leaves the new token in one place and the old one nowhere',
  async (_name, files) => {
    const home = aHome(files);
    const rotation = await rotateChannelToken(home.paths, home.environment);
    if (!rotation.ok) throw new Error(rotation.reason);
    const token = rotation.token.reveal();
    expect(resolveChannelToken(home.paths, home.environment)).toMatchObject({ source: 'file', shadowed: [] });
    expect(loadGatewayConfig(home.paths, home.environment).channels.pico.token?.reveal()).toBe(token);
    const config = 'config.json' in files ? home.read('config.json') : '';
    expect(config + home.read('.security.yml')).not.toMatch(/\bold\b/);
    expect(home.read('.security.yml').split(token)).toHaveLength(2);
    if (config !== '') expect(loadGatewayConfig(home.paths, home.environment).channels.pico.enabled).toBe(true);
  },
);

test('rotating keeps the layout, the comments and everything of others', async () => {
  const home = aHome(homes['flat files']);
  const rotation = await rotateChannelToken(home.paths, home.environment);
  const token = rotation.ok ? rotation.token.reveal() : '';
  expect(home.json('config.json')).toEqual({
    keep: 1,
    channels: { telegram: { token: 't' }, pico: { enabled: true } },
  });
  expect(home.read('.security.yml')).toBe(
    `# mine\nchannels:\n  pico:\n    token: ${token}\n  telegram: { token: t }\n`,
  );
});

test('a token that is kept elsewhere is not rotated here, and nothing is written', async () => {
  const home = aHome({ 'config.json': { channels: { pico: { token: 'env://MINE' } } } });
  const reference = await rotateChannelToken(home.paths, home.with({ MINE: 'x' }));
  expect(reference).toEqual({
    ok: false,
    reason: 'is_reference',
    from: `${home.paths.configFile}: channels.pico.token`,
  });
  const fromEnvironment = await rotateChannelToken(home.paths, home.with({ PICOCLAW_GATEWAY_TOKEN: 'g', MINE: 'x' }));
  expect(fromEnvironment).toEqual({ ok: false, reason: 'from_environment', from: 'PICOCLAW_GATEWAY_TOKEN' });
  expect(() => home.read('.security.yml')).toThrow();
});
