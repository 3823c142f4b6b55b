import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadGatewayConfig, resolveChannelToken } from '../src/index.ts';
import { aHome } from './support/home.ts';
import { configErrorOf } from './support/problems.ts';

const withToken = (token: string) => ({ channels: { pico: { enabled: true, token } } });

test('a file reference is read without the newline at its end, absolute or beside the file', () => {
  const home = aHome({ 'my.key': 'from file\n' });
  for (const written of [`file://${join(home.paths.home, 'my.key')}`, 'file://my.key']) {
    home.write('config.json', withToken(written));
    expect(loadGatewayConfig(home.paths, home.environment).channels.pico.token?.reveal()).toBe('from file');
  }
});

test('an environment reference is looked up, and its name is known for handing it on', () => {
  const home = aHome({ 'config.json': withToken('env://MY_TOKEN') });
  const config = loadGatewayConfig(home.paths, home.with({ MY_TOKEN: 'from env' }));
  expect(config.channels.pico.token?.reveal()).toBe('from env');
  expect(config.referencedVariables).toEqual(['MY_TOKEN']);
});

test.each([
  ['env://NOT_SET', /NOT_SET, which is not set/],
  ['env://', /which is not set/],
  ['file:///nowhere/at/all', /\/nowhere\/at\/all, which does not exist/],
  ['file://blank.key', /is empty/],
  ['file:///dev/zero', /a device/],
  ['file://.', /a directory/],
  ['enc://AAAA', /encrypted/],
])('%s leads nowhere and is an error, not an empty token', async (written, reason) => {
  const home = aHome({
    'blank.key': ' \n',
    '.security.yml': `channels: { pico: { token: ${JSON.stringify(written)} } }\n`,
  });
  for (const load of [loadGatewayConfig, resolveChannelToken]) {
    const error = await configErrorOf(() => load(home.paths, home.environment));
    expect(error.problems[0]).toMatchObject({ file: home.paths.securityFile, path: 'channels.pico.token' });
    expect(error.message).toMatch(reason);
  }
});
