import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { isProgram, onPath } from './apt.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** The path of a Chromium on this machine: named by CHROME_PATH, on the PATH, or Playwright's own. */
export function findChromium() {
  return [process.env.CHROME_PATH, ...onPath(NAMES), MAC, playwrightChromium()].find(isProgram);
}

/** Gets Playwright's. Ends the process when that does not work. */
export function downloadChromium() {
  console.error('No Chromium found: downloading one for the browser tests (once) …');
  const cli = createRequire(import.meta.url).resolve('playwright-core/cli.js');
  spawnSync(process.execPath, [cli, 'install', 'chromium'], { stdio: ['ignore', 2, 2] });
  const found = findChromium();
  if (found !== undefined) return found;
  console.error('No Chromium could be installed: install one, or name it in CHROME_PATH.');
  return process.exit(1);
}

function playwrightChromium() {
  try {
    return createRequire(import.meta.url)('playwright-core').chromium.executablePath();
  } catch {
    return undefined;
  }
}
