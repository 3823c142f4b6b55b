// npm run dev: builds, runs the launcher, and does both again whenever a source changes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { build } from './build.mjs';
import { install } from './install.mjs';
import { inRoot, root } from './project.mjs';

const SETTLE_MS = 150;
const isSource = /** @param {string | null} name */ (name) =>
  name !== null && /(^|\/)(src|public)\/|\.(html|json)$/.test(name);

install();
let stopped = false;
let launcher = await run();

async function run() {
  try {
    await build();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
  }
  return spawn(process.execPath, ['dist/cli.js', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
}

async function stop() {
  if (launcher.exitCode !== null || launcher.signalCode !== null) return;
  const exited = once(launcher, 'exit');
  launcher.kill('SIGTERM');
  await exited;
}

/** @type {NodeJS.Timeout | undefined} */
let timer;
for (const folder of ['apps', 'packages']) {
  watch(inRoot(folder), { recursive: true }, (_event, name) => {
    if (!isSource(name) || stopped) return;
    clearTimeout(timer);
    timer = setTimeout(async () => {
      console.error(`${name} changed: building and starting again`);
      await stop();
      launcher = await run();
    }, SETTLE_MS);
  });
}
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(signal, async () => {
    stopped = true;
    await stop();
    process.exit(0);
  });
}
