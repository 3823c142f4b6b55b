// npm run pack: builds, and packs the programs as one package, picoclaw-launcher, that depends on no other.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { install } from './install.mjs';
import { inRoot } from './project.mjs';

/** What people get beside the programs. */
const TEXTS = ['README.md', 'LICENSE'];

/**
 * Packs what is built in `dist/`; answers with the path of the package.
 * @param {string} folder where to put it; made when it is not there
 */
export function pack(folder) {
  const staging = mkdtempSync(inRoot('.build-'));
  try {
    cpSync(inRoot('dist'), join(staging, 'dist'), {
      recursive: true,
      filter: (path) => !/\.map$|\.stamp$|\.code-cache$/.test(path),
    });
    forgetSourceMaps(join(staging, 'dist'));
    for (const name of TEXTS) cpSync(inRoot(name), join(staging, name));
    const described = describe();
    writeFileSync(join(staging, 'package.json'), `${JSON.stringify(described, undefined, 2)}\n`);
    mkdirSync(folder, { recursive: true });
    npmPack(staging, resolve(folder));
    return join(resolve(folder), `${described.name}-${described.version}.tgz`);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** A third of nothing but source maps stays behind, and so does what refers to them. @param {string} folder */
function forgetSourceMaps(folder) {
  for (const name of readdirSync(folder).filter((file) => /\.c?js$/.test(file))) {
    const text = readFileSync(join(folder, name), 'utf8');
    writeFileSync(join(folder, name), text.replace(/\n\/\/# sourceMappingURL=\S+\s*$/, '\n'));
  }
}

/** All that the programs need is in their bundles. */
function describe() {
  const { version, description, license, type, engines } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  return {
    ...{ name: 'picoclaw-launcher', version, description, license, type, engines },
    bin: { 'picoclaw-launcher': 'dist/cli.js' },
    files: ['dist'],
  };
}

/**
 * @param {string} staging
 * @param {string} folder
 */
function npmPack(staging, folder) {
  const args = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder];
  const shell = process.platform === 'win32';
  const { status } = spawnSync('npm', args, { cwd: staging, stdio: ['ignore', 'ignore', 2], shell });
  if (status !== 0) throw new Error('npm pack failed: see above');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  install();
  await build();
  const file = pack(process.argv[2] ?? inRoot('packed'));
  console.log(`${basename(file)}\n${file}`);
}
