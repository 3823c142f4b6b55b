import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { digestOf, inRoot, root, textOf } from './project.mjs';

const STAMP = 'node_modules/.picoclaw-install';
const MIN_NODE = [20, 19];

/** Installs what the lock file says, when that has not been done; nothing that is installed runs a script of its own. */
export function install() {
  requireNode();
  const wanted = `${digestOf(['package-lock.json'])} ${process.platform} ${process.arch}`;
  if (textOf(STAMP) === wanted || isInstalledByHand()) return;
  console.error('Installing the packages (once) …');
  const args = ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  // npm tells its children where it is; without that (node scripts/start.mjs) the one on the PATH is taken.
  const npm = process.env.npm_execpath;
  /** @type {import('node:child_process').SpawnSyncOptions} */
  const options = { cwd: root, stdio: ['ignore', 2, 2] };
  const { status, error } = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  if (status !== 0) {
    console.error(`npm ci failed${error ? ` (${error.message})` : ''}: see above; is the package registry reachable?`);
    process.exit(1);
  }
  writeFileSync(inRoot(STAMP), wanted);
}

/** `npm install` or `npm ci` by hand leaves npm's own copy of the lock file, newer than ours. */
function isInstalledByHand() {
  const installed = textOf('node_modules/.package-lock.json');
  if (installed === undefined) return false;
  const locked = JSON.parse(textOf('package-lock.json') ?? '{}').packages ?? {};
  const present = JSON.parse(installed).packages ?? {};
  const names = readdirSync(inRoot('node_modules'));
  return names.length > 1 && Object.keys(present).every((name) => present[name].version === locked[name]?.version);
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = MIN_NODE;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  console.error(`Node ${MIN_NODE.join('.')} or newer is needed; this is ${process.versions.node}.`);
  process.exit(78);
}
