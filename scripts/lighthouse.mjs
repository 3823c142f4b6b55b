import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { inRoot } from './project.mjs';

/** The last one that runs on Node 20. */
const VERSION = '12.8.2';
const FOLDER = inRoot('node_modules/.lighthouse');
const PROGRAM = `${FOLDER}/node_modules/lighthouse/cli/index.js`;

/** The path of Lighthouse's program: named by LIGHTHOUSE_PATH, or got before by a test run. */
export function findLighthouse() {
  return [process.env.LIGHTHOUSE_PATH, PROGRAM].find((path) => path !== undefined && existsSync(path));
}

/** Gets it. No dependency of ours: it brings 200 packages, and whoever starts the launcher would wait for them. */
export function downloadLighthouse() {
  console.error('Getting Lighthouse for the tests (once) …');
  const args = ['install', '--prefix', FOLDER, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
  /** @type {import('node:child_process').SpawnSyncOptions} */
  const options = { stdio: ['ignore', 2, 2], shell: process.platform === 'win32' };
  spawnSync('npm', [...args, '--loglevel=error', `lighthouse@${VERSION}`], options);
  const found = findLighthouse();
  if (found !== undefined) return found;
  console.error('Lighthouse could not be installed: name its cli/index.js in LIGHTHOUSE_PATH.');
  return process.exit(1);
}
