import { execFileSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from '../../scripts/pack.mjs';
import { inRoot } from '../../scripts/project.mjs';
import { atMost, shown } from '../support/row.mjs';

const MB = 1e6;

/** @type {import('../support/row.mjs').Row} */
export const install = {
  id: 'install',
  about: 'what an installation takes: the package of `npm run pack`, and all that is there once it is installed',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'picoclaw-bench-'));
    try {
      const file = pack(folder);
      const packed = lstatSync(file).size / MB;
      execFileSync('tar', ['-xzf', file, '-C', folder]);
      // It depends on no other package, so this is what npm puts there.
      const installed = bytesOf(join(folder, 'package')) / MB;
      return {
        findings: [
          atMost('installed, with all it needs', 25, installed, 'MB'),
          atMost('packed package', 5, packed, 'MB'),
        ],
        details: { 'dist/ with source maps': `${shown(bytesOf(inRoot('dist')) / MB)} MB` },
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** @param {string} path @returns {number} */
function bytesOf(path) {
  const stats = lstatSync(path);
  if (!stats.isDirectory()) return stats.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), 0);
}
