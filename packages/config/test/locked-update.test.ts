import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { updateGatewayConfig, updateLauncherConfig, updateSecurity } from '../src/index.ts';
import { updateFiles } from '../src/locked-update.ts';
import { aHome } from './support/home.ts';
import { configErrorOf } from './support/problems.ts';

test('a change keeps key order, indentation, unknown keys and numbers too large for JavaScript', async () => {
  const before = [
    '{',
    '    "zebra": 12345678901234567890,',
    '    "telegram": {"chats": [1.0, 1e3], "on": true},',
    '    "port": 18800,',
    '    "10": "ten",',
    '    "2": "two"',
    '}',
    '',
  ].join('\n');
  const home = aHome({ 'launcher-config.json': before });
  const { changed } = await updateLauncherConfig(home.paths, home.environment, { port: 18801, public: true });
  expect(changed).toEqual([home.paths.launcherConfigFile]);
  const after = home.read('launcher-config.json');
  expect(after).toBe(before.replace('18800', '18801').replace('"two"\n', '"two",\n    "public": true\n'));
});

test('comments in .security.yml survive a change', async () => {
  const before = '# mine, hands off\nchannels:\n  # the bot\n  telegram:\n    token: "123:abc" # keep\n';
  const home = aHome({ '.security.yml': before });
  await updateSecurity(home.paths, home.environment, { channels: { pico: { token: 'new' } } });
  expect(home.read('.security.yml')).toBe(`${before}  pico:\n    token: new\n`);
});

test.each(['', '---\n', '# kept\n', '--- # kept\n', 'null\n', '~\n'])(
  'a .security.yml with nothing but %j takes a key',
  async (text) => {
    const home = aHome({ '.security.yml': text });
    await updateSecurity(home.paths, home.environment, { channels: { pico: { token: 'abcdefgh' } } });
    expect(home.read('.security.yml')).toContain('channels:\n  pico:\n    token: abcdefgh\n');
    if (text.includes('#')) expect(home.read('.security.yml')).toContain('# kept');
  },
);

test('null deletes a key and only that', async () => {
  const home = aHome({ 'launcher-config.json': { port: 1000, tls: { cert: 'a', key: 'b' }, extra: null } });
  await updateLauncherConfig(home.paths, home.environment, { port: null, tls: { cert: null, key: null } });
  expect(home.json('launcher-config.json')).toEqual({ tls: {}, extra: null });
});

test('a change that says nothing new writes nothing', async () => {
  const home = aHome({ 'launcher-config.json': '{ "port" : 18801 }' });
  const { changed } = await updateLauncherConfig(home.paths, home.environment, { port: 18801, host: null });
  expect(changed).toEqual([]);
  expect(home.read('launcher-config.json')).toBe('{ "port" : 18801 }');
});

test('a file that does not parse is never overwritten, and its content is not shown', async () => {
  for (const content of [
    '',
    '{"launcher_token": "s3cr3t-value"',
    '["s3cr3t-value"]',
    '{"launcher_token": s3cr3t-value}',
  ]) {
    const home = aHome({ 'launcher-config.json': content });
    const error = await configErrorOf(() => updateLauncherConfig(home.paths, home.environment, { port: 18801 }));
    expect(error.code).toBe('config_invalid');
    expect(error.message).toContain(home.paths.launcherConfigFile);
    expect(error.message).not.toContain('s3cr3t');
    expect(home.read('launcher-config.json')).toBe(content);
  }
});

test('a .security.yml that does not parse is never overwritten, and its content is not shown', async () => {
  const content = 'channels:\n  pico:\n    token: "s3cr3t-value\n';
  const home = aHome({ '.security.yml': content });
  const error = await configErrorOf(() =>
    updateSecurity(home.paths, home.environment, { channels: { pico: { token: 'x' } } }),
  );
  expect(error.message).toMatch(/\.security\.yml: is not valid YAML \(line \d+, column \d+\)$/);
  expect(home.read('.security.yml')).toBe(content);
});

test('a change to something that would not load is refused, and nothing is written', async () => {
  const home = aHome({ 'launcher-config.json': { port: 18801 }, 'config.json': {} });
  const launcher = await configErrorOf(() => updateLauncherConfig(home.paths, home.environment, { port: 70_000 }));
  expect(launcher.problems).toMatchObject([{ file: home.paths.launcherConfigFile, path: 'port' }]);
  const gateway = await configErrorOf(() =>
    updateGatewayConfig(home.paths, home.environment, { gateway: { port: 'x' } }),
  );
  expect(gateway.problems).toMatchObject([{ file: home.paths.configFile, path: 'gateway.port' }]);
  expect(home.json('launcher-config.json')).toEqual({ port: 18801 });
  expect(home.json('config.json')).toEqual({});
});

test('a key that is written twice is reported instead of changed in the place that does not count', async () => {
  const text = '{"port": 1000, "port": 2000}';
  const home = aHome({ 'launcher-config.json': text });
  const error = await configErrorOf(() => updateLauncherConfig(home.paths, home.environment, { port: 3000 }));
  expect(error.problems[0]?.path).toBe('port');
  expect(home.read('launcher-config.json')).toBe(text);
});

test('a change made meanwhile by a program that knows no lock is not lost', async () => {
  const home = aHome({ 'launcher-config.json': { port: 18800 } });
  let rounds = 0;
  await updateFiles(home.paths, (read) => {
    read('launcher');
    rounds += 1;
    if (rounds === 1) home.write('launcher-config.json', { port: 18800, foreign: true });
    return { launcher: { port: 18801 } };
  });
  expect(rounds).toBe(2);
  expect(home.json('launcher-config.json')).toEqual({ port: 18801, foreign: true });
});

test('a file that is always changed by others ends in a conflict, not in a loss', async () => {
  const home = aHome({ 'launcher-config.json': { round: 0 } });
  let round = 0;
  const error = await configErrorOf(() =>
    updateFiles(home.paths, (read) => {
      read('launcher');
      round += 1;
      home.write('launcher-config.json', { round });
      return { launcher: { port: 18801 } };
    }),
  );
  expect(error.code).toBe('config_conflict');
  expect(home.json('launcher-config.json')).toEqual({ round });
});

test('a written file has mode 0600, also when it had 0644 before', async () => {
  const home = aHome();
  home.write('launcher-config.json', { port: 18800 });
  chmodSync(home.paths.launcherConfigFile, 0o644);
  await updateLauncherConfig(home.paths, home.environment, { port: 18801 });
  await updateSecurity(home.paths, home.environment, { channels: { pico: { token: 'x' } } });
  expect(home.mode('launcher-config.json')).toBe(0o600);
  expect(home.mode('.security.yml')).toBe(0o600);
});

test('a linked file stays a link, and what it points to is changed', async () => {
  const home = aHome();
  const elsewhere = join(home.paths.home, 'dotfiles');
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, 'launcher.json'), '{}');
  symlinkSync(join(elsewhere, 'launcher.json'), home.paths.launcherConfigFile);
  await updateLauncherConfig(home.paths, home.environment, { port: 18801 });
  expect(lstatSync(home.paths.launcherConfigFile).isSymbolicLink()).toBe(true);
  expect(JSON.parse(readFileSync(join(elsewhere, 'launcher.json'), 'utf8'))).toEqual({ port: 18801 });
});

test('a link to nowhere is an error and nothing is created behind it', async () => {
  const home = aHome();
  symlinkSync(join(home.paths.home, 'nowhere.json'), home.paths.launcherConfigFile);
  const error = await configErrorOf(() => updateLauncherConfig(home.paths, home.environment, { port: 18801 }));
  expect(error.code).toBe('config_unreadable');
  expect(readdirSync(home.paths.home)).toEqual(['launcher-config.json']);
});

test('what a killed writer left beside the file is cleaned up by the next one', async () => {
  const home = aHome({ 'launcher-config.json': {} });
  home.write('.launcher-config.json.5f0c.tmp', '{"launcher_token":"half');
  await updateLauncherConfig(home.paths, home.environment, { port: 18801 });
  expect(readdirSync(home.paths.home)).toEqual(['launcher-config.json']);
});

test('a byte order mark is tolerated and gone after the first change', async () => {
  const home = aHome({ 'launcher-config.json': '\uFEFF{"port": 18800}' });
  await updateLauncherConfig(home.paths, home.environment, { port: 18801 });
  expect(home.read('launcher-config.json')).toBe('{"port": 18801}');
});
