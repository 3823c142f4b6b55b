// npm run bench:cli: how long commands take beyond Node that does nothing, with launcher and gateway up; all of them in
// turn in each round, so that they meet the same machine.
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from './build.mjs';
import { inRoot } from './project.mjs';

const ROUNDS = Number(process.argv[2] ?? 20);
const program = inRoot('dist/cli.js');
/** @type {Record<string, string[]>} */
const COMMANDS = {
  'node -e 0': ['-e', '0'],
  '--version': [program, '--version'],
  '--help': [program, '--help'],
  status: [program, 'status'],
  'status --json': [program, 'status', '--json'],
  doctor: [program, 'doctor'],
};

/** @returns {Promise<number>} */
const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });

/** @param {number[]} values */
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

await build();
const home = mkdtempSync(join(tmpdir(), 'picoclaw-bench-cli-'));
writeFileSync(join(home, 'launcher-config.json'), JSON.stringify({ port: await freePort() }));
writeFileSync(join(home, 'config.json'), JSON.stringify({ gateway: { port: await freePort() } }));
const env = { ...process.env, PICOCLAW_HOME: home, HOME: home };
const launcher = spawn(process.execPath, [program, '--no-browser'], { env, stdio: 'ignore' });
const run = promisify(execFile);
const isUp = () =>
  run(process.execPath, [program, 'gateway', 'status'], { env }).then(
    () => true,
    () => false,
  );
try {
  while (!(await isUp()));
  /** @type {Record<string, number[]>} */
  const times = Object.fromEntries(Object.keys(COMMANDS).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, args] of Object.entries(COMMANDS)) {
      const began = performance.now();
      await run(process.execPath, args, { env });
      times[name]?.push(performance.now() - began);
    }
  }
  const bare = median(times['node -e 0'] ?? []);
  console.table(
    Object.fromEntries(
      Object.entries(times).map(([name, all]) => [
        name,
        {
          'median ms': Math.round(median(all)),
          'beyond node ms': Math.round(median(all) - bare),
          ratio: Number((median(all) / bare).toFixed(2)),
        },
      ]),
    ),
  );
} finally {
  launcher.kill('SIGTERM');
  await new Promise((resolve) => launcher.once('exit', resolve));
  rmSync(home, { recursive: true, force: true });
}
