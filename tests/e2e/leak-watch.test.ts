import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../support/processes.ts';

const LEAKS = [
  'launcher_token of launcher-config.json: in */logs/launcher.log (',
  'redis_url of launcher-config.json: in */logs/in-redis.log (',
  'api_keys of config.json: in */logs/key-of-a-model.log (',
  'token of .security.yml: in */logs/channel.log (',
  'an entry of .security.yml: in */logs/in-a-list.log (',
  'token of .picoclaw.pid: in */logs/process.log (',
  'launcher_token of launcher-config.json: in */backup (',
  'key of .security.yml: in */left-behind (',
  'key of .security.yml: in the answer 400 of /refused (',
  'key of .security.yml: in the answer 200 of /metrics (',
  'PICOCLAW_GATEWAY_TOKEN: in the arguments of a child (',
  'PICOCLAW_GATEWAY_TOKEN: in PICOCLAW_GATEWAY_TOKEN of a child',
];

it('a run whose tests leave secrets behind fails, and says which secret is where, but not the secret', async () => {
  const config = join(root, 'tests/leaks/leaky/vitest.config.ts');
  const { LEAK_WATCH_FOLDER: _ours, ...env } = process.env;
  const [code, output] = await new Promise<[unknown, string]>((resolve) => {
    const args = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', config];
    execFile(process.execPath, args, { cwd: root, env: { ...env, NO_COLOR: '1' } }, (error, stdout, stderr) =>
      resolve([error?.code, `${stdout}${stderr}`]),
    );
  });
  expect(output).toMatch(/Tests .*\b9 passed/);
  const told = output.replaceAll(/(?:picoclaw-home|left)-\w+\//g, '*/');
  for (const leak of LEAKS) expect(told).toContain(leak);
  expect(told.split('\n').filter((line) => line.includes(': in '))).toHaveLength(LEAKS.length);
  expect(told).not.toMatch(/hidden-(?!model)/);
  expect(code).toBe(1);
});
