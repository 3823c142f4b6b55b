import { expect, test } from 'vitest';
import { loadGatewayConfig, updateGatewayOptions, updateLauncherOptions } from '../src/index.ts';
import { aHome } from './support/home.ts';
import { configErrorOf } from './support/problems.ts';

const KEY = 'channels.pico.ping_interval';

test.each<[string, object, object]>([
  ['an empty file', {}, { channels: { pico: { ping_interval: 20 } } }],
  [
    'the flat layout',
    { channels: { pico: { enabled: true, mine: 1 }, telegram: { x: 1 } } },
    { channels: { pico: { enabled: true, mine: 1, ping_interval: 20 }, telegram: { x: 1 } } },
  ],
  [
    'a channel list',
    { channel_list: { web: { type: 'pico', enabled: true, settings: { read_timeout: 9 } } } },
    { channel_list: { web: { type: 'pico', enabled: true, settings: { read_timeout: 9, ping_interval: 20 } } } },
  ],
  [
    'a channel list whose entry has it directly',
    { channel_list: { web: { type: 'pico', ping_interval: 5 } } },
    { channel_list: { web: { type: 'pico', ping_interval: 20 } } },
  ],
  [
    'a newer file without channels',
    { version: 3 },
    { version: 3, channel_list: { pico: { type: 'pico', settings: { ping_interval: 20 } } } },
  ],
])('an option of a channel is put where it counts: %s', async (_what, before, after) => {
  const home = aHome({ 'config.json': before });
  await updateGatewayOptions(home.paths, home.environment, { [KEY]: 20 });
  expect(home.json('config.json')).toEqual(after);
  expect(loadGatewayConfig(home.paths, home.environment).channels.pico.ping_interval).toBe(20);
});

test('null goes back to the default, wherever the option stands', async () => {
  const home = aHome({
    'config.json': {
      channel_list: { web: { type: 'pico', settings: { ping_interval: 5 } } },
      channels: { pico: { ping_interval: 6 } },
    },
  });
  await updateGatewayOptions(home.paths, home.environment, { [KEY]: null });
  expect(home.json('config.json')).toEqual({
    channel_list: { web: { type: 'pico', settings: {} } },
    channels: { pico: {} },
  });
});

test('several options change at once, or none of them', async () => {
  const home = aHome({ 'config.json': { mine: true } });
  const error = await configErrorOf(() =>
    updateGatewayOptions(home.paths, home.environment, { [KEY]: 0, 'gateway.log_level': 'debug' }),
  );
  expect(error.problems).toMatchObject([{ path: KEY }]);
  expect(home.json('config.json')).toEqual({ mine: true });
  await updateGatewayOptions(home.paths, home.environment, { [KEY]: 7, 'gateway.log_level': 'debug' });
  expect(home.json('config.json')).toEqual({
    ...{ mine: true, channels: { pico: { ping_interval: 7 } } },
    gateway: { log_level: 'debug' },
  });
});

test('options of the launcher are changed by their keys, those of a group too', async () => {
  const home = aHome({ 'launcher-config.json': { port: 1, mine: true } });
  await updateLauncherOptions(home.paths, home.environment, { port: null, 'tls.cert': 'a.pem', 'tls.key': 'b.pem' });
  expect(home.json('launcher-config.json')).toEqual({ mine: true, tls: { cert: 'a.pem', key: 'b.pem' } });
});
