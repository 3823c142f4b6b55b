import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** The path of a Chromium on this machine: named by CHROME_PATH, on the PATH, or Playwright's own. */
export function findChromium() {
  const onPath = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [process.env.CHROME_PATH, ...onPath, MAC, playwrightChromium()].find(isProgram);
}

/** Gets one: by apt where that is possible without asking, else Playwright's. Ends the process when neither works. */
export function installChromium() {
  console.error('No Chromium found: installing one for the browser tests (once) …');
  if (isProgram('/usr/bin/apt-get') && installByApt()) {
    const found = findChromium();
    if (found !== undefined) return found;
  }
  const cli = createRequire(import.meta.url).resolve('playwright-core/cli.js');
  spawnSync(process.execPath, [cli, 'install', 'chromium'], { stdio: ['ignore', 2, 2] });
  const found = findChromium();
  if (found !== undefined) return found;
  console.error('No Chromium could be installed: install one, or name it in CHROME_PATH.');
  return process.exit(1);
}

function installByApt() {
  const prefix = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  /** @type {import('node:child_process').SpawnSyncOptions} */
  const options = { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  return [
    ['apt-get', 'update', '-q'],
    ['apt-get', 'install', '-y', '-q', '--no-install-recommends', 'chromium'],
  ].every((command) => {
    const [program = '', ...args] = [...prefix, ...command];
    return spawnSync(program, args, options).status === 0;
  });
}

function playwrightChromium() {
  try {
    return createRequire(import.meta.url)('playwright-core').chromium.executablePath();
  } catch {
    return undefined;
  }
}

/** @param {string | undefined} path */
function isProgram(path) {
  if (!path) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
