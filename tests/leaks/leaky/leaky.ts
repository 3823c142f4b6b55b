/** Does each thing that the leak watch is there to see; every test succeeds, and the run must not. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freshHome, writeHomeFile } from '../../support/home.ts';

const STORES = {
  'launcher-config.json': { launcher_token: 'hidden-launcher', cluster: { redis_url: 'redis://:hidden-in-redis@h' } },
  'config.json': { model_list: [{ model_name: 'not-hidden-model', api_keys: ['hidden-key-of-a-model'] }] },
  '.security.yml': 'channels:\n  pico:\n    token: "hidden-channel" # mine\nkeys:\n  - hidden-in-a-list\n',
  '.picoclaw.pid': { pid: 1, token: 'hidden-process' },
};

test.each(Object.entries(STORES))('a secret of %s in a log', (name, content) => {
  const home = freshHome();
  writeHomeFile(home, name, content);
  mkdirSync(join(home, 'logs'));
  for (const [secret] of readFileSync(join(home, name), 'utf8').matchAll(/hidden-[\w-]+/g))
    writeFileSync(join(home, 'logs', `${secret.slice('hidden-'.length)}.log`), `with not-hidden-model and ${secret}`);
});

test('a secret that was replaced meanwhile', async () => {
  const home = freshHome();
  writeHomeFile(home, 'launcher-config.json', { launcher_token: 'hidden-until-rotation' });
  // As long as anybody would use a token.
  await new Promise((resolve) => setTimeout(resolve, 600));
  writeHomeFile(home, 'launcher-config.json', { launcher_token: 'hidden-afterwards' });
  writeFileSync(join(home, 'backup'), 'hidden-until-rotation');
});

test('a secret in a folder that nobody removes', () => {
  const home = mkdtempSync(join(tmpdir(), 'left-'));
  writeHomeFile(home, '.security.yml', 'key: hidden-for-ever\n');
  writeFileSync(join(home, 'left-behind'), 'hidden-for-ever');
});

test.each([
  [400, '/refused'],
  [200, '/metrics'],
])('a secret in the answer %i of %s', async (status, path) => {
  writeHomeFile(freshHome(), '.security.yml', 'key: hidden-from-strangers\n');
  const server = createServer((_request, response) => response.writeHead(status).end('no hidden-from-strangers'));
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  // What the files hold is learned before this.
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await (await fetch(`http://127.0.0.1:${port}${path}`)).text()).toContain('hidden');
});

test('a secret in the environment and the arguments of a child', async () => {
  const home = freshHome();
  // A program by our name, whose child inherits all that it has.
  const source = `const child = require('node:child_process').spawn('sleep', ['600'], {
    argv0: process.env.PICOCLAW_GATEWAY_TOKEN });
  child.on('spawn', () => console.log('ready'));
  process.on('SIGTERM', () => { child.kill(); process.exit(); });`;
  writeHomeFile(home, 'launcher.js', source);
  const env = { ...process.env, PICOCLAW_GATEWAY_TOKEN: 'hidden-inherited' };
  const program: ChildProcess = spawn(process.execPath, [join(home, 'launcher.js')], { env });
  onTestFinished(async () => {
    program.kill('SIGTERM');
    await once(program, 'exit');
  });
  await once(program.stdout ?? program, 'data');
  expect(program.exitCode).toBeNull();
});
