import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { freshHome } from '../support/home.ts';
import { startLauncher } from '../support/processes.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TOKEN = 'launcher-token-for-tests';

it('the example of docs/events.md tells how the gateway is', async () => {
  const page = readFileSync(`${ROOT}/docs/events.md`, 'utf8');
  const [, program = ''] = /```js runnable\n([\s\S]+?)```/.exec(page) ?? [];
  const launcher = await startLauncher({ home: freshHome(), env: { PICOCLAW_LAUNCHER_TOKEN: TOKEN } });
  const url = `${launcher.url.replace('http', 'ws')}/api/events`;
  const child = execFile(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], EVENTS_URL: url, LAUNCHER_TOKEN: TOKEN },
  });
  onTestFinished(() => void child.kill());
  const said = await new Promise((resolve) => child.stdout?.once('data', resolve));
  expect(said).toBe('running\n');
});
