// npm run check:supply-chain: what is installed is what the lock file names, by its hash and from the registry, and runs
// nothing while it is installed; what is given away may be given away.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isAllowedLicence } from './licences.mjs';
import { inRoot, root } from './project.mjs';

/** @typedef {{ link?: boolean, dev?: boolean, integrity?: string, resolved?: string, hasInstallScript?: boolean, license?: string }} Locked */

/** @type {Record<string, Locked>} */
const packages = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8')).packages;
const foreign = Object.entries(packages).filter(([path, { link }]) => path.includes('node_modules/') && !link);

/** @type {(problem: string, isProblem: (locked: Locked) => boolean) => string[]} */
const find = (problem, isProblem) =>
  foreign.filter(([, locked]) => isProblem(locked)).map(([path, { license }]) => `${path}: ${problem} (${license})`);

const problems = [
  ...find('has no sha512 in the lock file', ({ integrity }) => !integrity?.startsWith('sha512-')),
  // The lock file names no registry (.npmrc), so an address is that of something else.
  ...find('comes from somewhere else than the registry', ({ resolved }) => resolved !== undefined),
  ...find('wants to run a script when it is installed', ({ hasInstallScript }) => hasInstallScript === true),
  ...find('has a licence that is not allowed', ({ dev, license }) => !dev && !isAllowedLicence(license)),
  ...findMismatch(),
];
if (problems.length > 0) {
  console.error(`The supply chain (docs/security.md):\n  ${problems.join('\n  ')}`);
  process.exit(1);
}

/** What npm ci finds wrong between the lock file and the package.json files. */
function findMismatch() {
  const args = ['ci', '--dry-run', '--ignore-scripts', '--offline', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, stderr } = spawnSync('npm', args, {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  return status === 0 ? [] : [`package-lock.json does not fit: npm install --package-lock-only\n${stderr}`];
}
