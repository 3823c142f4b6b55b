import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from '../../scripts/project.mjs';
import { atMost, shown } from '../support/row.mjs';

const MB = 1e6;

/** @type {import('../support/row.mjs').Row} */
export const install = {
  id: 'install',
  about: 'what an installation takes: packages that are needed at run time, and the package itself',
  async run() {
    const dependencies = productionFolders();
    const installed = dependencies.reduce((sum, folder) => sum + bytesOf(folder), 0) / MB;
    // Maps are for those who look into a fault; everything else is what runs.
    const packed = packedBytes(['--exclude=*.map']) / MB;
    return {
      findings: [atMost('production dependencies', 25, installed, 'MB'), atMost('packed package', 5, packed, 'MB')],
      details: {
        'production dependencies': `${dependencies.length} packages; the bundles in dist/ hold what they need of them`,
        'dist/ packed': `${shown(packed)} MB, ${shown(packedBytes([]) / MB)} MB with source maps`,
        'dist/': `${shown(bytesOf(inRoot('dist')) / MB)} MB`,
      },
      notes: ['there is no package to `npm pack` yet: dist/ as tar.gz stands for it'],
    };
  },
};

/** Folders in node_modules that the lock file does not call development's, or optional, or a workspace. */
function productionFolders() {
  const { packages } = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(
      ([path, { dev, optional, devOptional, link }]) =>
        path.startsWith('node_modules/') && !dev && !optional && !devOptional && !link,
    )
    .map(([path]) => inRoot(path))
    .filter((path) => existsSync(path));
}

/** @param {string} path @returns {number} */
function bytesOf(path) {
  const stats = lstatSync(path);
  if (!stats.isDirectory()) return stats.size;
  // What is below in a node_modules of its own is a package of its own.
  return readdirSync(path)
    .filter((name) => name !== 'node_modules')
    .reduce((sum, name) => sum + bytesOf(join(path, name)), 0);
}

/** @param {string[]} options */
const packedBytes = (options) =>
  execFileSync('tar', ['-cz', ...options, '-C', inRoot('.'), 'dist'], { maxBuffer: 200 * MB }).length;
