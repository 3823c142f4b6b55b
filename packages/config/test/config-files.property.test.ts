import { writeFileSync } from 'node:fs';
import { Secret } from '@picoclaw/auth';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import {
  ConfigError,
  loadGatewayConfig,
  loadLauncherConfig,
  resolveChannelToken,
  resolveLauncherToken,
  updateGatewayConfig,
  updateLauncherConfig,
  updateSecurity,
} from '../src/index.ts';
import { aHome, type TestHome } from './support/home.ts';
import { anyBytes, jsonText, yamlText } from './support/hostile-documents.ts';

/** What a reader answers with: a value whose objects are ordinary ones, or problems that each name file and fault. */
async function judge(run: () => unknown, files: readonly string[]): Promise<void> {
  try {
    const value = await run();
    expect(hasOrdinaryObjects(value)).toBe(true);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    for (const { file, path, message } of error.problems) {
      expect(files).toContain(file);
      expect(typeof path).toBe('string');
      expect(message).not.toBe('');
    }
  }
  expect([Object.keys(Object.prototype), Object.keys(Array.prototype)]).toEqual([[], []]);
}

function hasOrdinaryObjects(root: unknown): boolean {
  const seen = new Set<unknown>();
  const open = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null || value instanceof Secret || seen.has(value)) continue;
    seen.add(value);
    if (![Object.prototype, Array.prototype, null].includes(Object.getPrototypeOf(value))) return false;
    open.push(...Object.values(value));
  }
  return true;
}

const TOKEN_CHANGE = { channels: { pico: { token: 'abcdefgh' } } };
const filesOf = ({ paths }: TestHome) => [
  paths.configFile,
  paths.securityFile,
  paths.launcherConfigFile,
  'environment',
];

test('whatever launcher-config.json holds, it is a configuration or a list of problems', async () => {
  const home = aHome();
  const { paths, environment } = home;
  await fc.assert(
    fc.asyncProperty(anyBytes(jsonText), async (bytes) => {
      writeFileSync(paths.launcherConfigFile, bytes);
      await judge(() => loadLauncherConfig(paths, environment), filesOf(home));
    }),
    { numRuns: 200 },
  );
});

test('whatever config.json and .security.yml hold, they are a configuration or a list of problems', async () => {
  const home = aHome();
  const { paths, environment } = home;
  await fc.assert(
    fc.asyncProperty(anyBytes(jsonText), anyBytes(yamlText), async (config, security) => {
      writeFileSync(paths.configFile, config);
      writeFileSync(paths.securityFile, security, { mode: 0o600 });
      await judge(() => loadGatewayConfig(paths, environment), filesOf(home));
      await judge(() => resolveChannelToken(paths, environment), filesOf(home));
    }),
    { numRuns: 200, examples: [[Buffer.from('{"model_list": [{"model_name": {"toString": 1}}]}'), Buffer.of()]] },
  );
});

test('no text makes a change throw anything but problems, or leaves a file that was no configuration other than it was', async () => {
  const home = aHome();
  const { paths, environment } = home;
  await fc.assert(
    fc.asyncProperty(jsonText, yamlText, async (config, security) => {
      home.write('config.json', config);
      home.write('.security.yml', security);
      home.write('launcher-config.json', config);
      await judge(() => updateSecurity(paths, environment, TOKEN_CHANGE), filesOf(home));
      await judge(
        () => updateGatewayConfig(paths, environment, { channels: { pico: { enabled: true } } }),
        filesOf(home),
      );
      await judge(() => updateLauncherConfig(paths, environment, { tls: { cert: null } }), filesOf(home));
      await judge(() => resolveLauncherToken(paths, environment), filesOf(home));
    }),
    { numRuns: 30, examples: [[`{"channels": "", "channels": {}}`, '---']] },
  );
});

test('files that nest as deep as they may be long are problems, in every notation', async () => {
  const home = aHome();
  const { paths, environment } = home;
  const nestings = [
    ['[', ']'],
    ['{"a":', '}'],
    ['[{"a":', '}]'],
  ] as const;
  for (const [open, close] of nestings) {
    const nested = (depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`;
    for (const text of [`{"x":${nested(150)}}`, `{"model_list":${nested(150)}}`, nested(5_000), open.repeat(5_000)]) {
      for (const name of ['launcher-config.json', 'config.json', '.security.yml']) home.write(name, text);
      await judge(() => loadLauncherConfig(paths, environment), filesOf(home));
      await judge(() => loadGatewayConfig(paths, environment), filesOf(home));
      await judge(() => updateLauncherConfig(paths, environment, { port: 1234 }), filesOf(home));
      await judge(() => updateSecurity(paths, environment, TOKEN_CHANGE), filesOf(home));
      for (const name of ['launcher-config.json', 'config.json', '.security.yml']) expect(home.read(name)).toBe(text);
    }
  }
});

test('a YAML that names itself, or that hides what is to be changed behind an alias, is a problem', async () => {
  const home = aHome();
  const { paths, environment } = home;
  const warn = vi.spyOn(process, 'emitWarning');
  for (const text of [
    'channels: &a\n  pico: *a\n',
    '&a\nx: *a\n',
    'x: &a {token: b}\nchannels:\n  pico: *a\n',
    'x: &a {pico: {token: b}}\nchannels: *a\n',
    'x: &a {pico: {token: b}}\nchannels:\n  <<: *a\n',
    '- 1\n',
    'channels: 1\n',
    '? [a]\n: b\n',
  ]) {
    home.write('.security.yml', text);
    await judge(() => loadGatewayConfig(paths, environment), filesOf(home));
    await judge(() => updateSecurity(paths, environment, TOKEN_CHANGE), filesOf(home));
    await judge(() => updateSecurity(paths, environment, { channels: { pico: { token: null } } }), filesOf(home));
  }
  // It would quote the file.
  expect(warn).not.toHaveBeenCalled();
});
