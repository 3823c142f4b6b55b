import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { install } from './install.mjs';
import { licencesOf } from './licences.mjs';
import { digestOf, inRoot, root, textOf, version } from './project.mjs';

const STAMP = 'dist/.stamp';
/** What a build knows; React's slow half asks for NODE_ENV, and is left out. */
const definitions = {
  __PICOCLAW_VERSION__: JSON.stringify(version),
  'process.env.NODE_ENV': JSON.stringify('production'),
};
const PROGRAMS = ['launcher', 'gateway', 'cli'];

/** Folders below apps/ and packages/ that end up in a build; tests do not. */
const inputs = () => [
  ...['package-lock.json', 'package.json', 'scripts/build.mjs', 'scripts/licences.mjs'],
  ...['apps', 'packages'].flatMap((folder) =>
    readdirSync(inRoot(folder)).flatMap((name) =>
      ['src', 'public', 'index.html', 'package.json', 'vite.config.ts'].map((part) => `${folder}/${name}/${part}`),
    ),
  ),
];

/** Builds `dist/` when a source has changed since the last time. */
export async function build() {
  const wanted = digestOf(inputs());
  if (textOf(STAMP) === wanted) return;
  console.error('Building …');
  // Built beside and then put in place, so that a failed or interrupted build leaves the old one whole.
  const fresh = mkdtempSync(inRoot('.build-'));
  try {
    const built = [...PROGRAMS.map((name) => bundle(name, fresh)), buildDashboard(`${fresh}/dashboard`)];
    writeFileSync(`${fresh}/licences.txt`, licencesOf((await Promise.all(built)).flat()));
    writeFileSync(`${fresh}/.stamp`, wanted);
    // A folder made by mkdtemp is for its owner alone; a build is for whoever runs it.
    chmodSync(fresh, 0o755);
    rmSync(inRoot('dist'), { recursive: true, force: true });
    renameSync(fresh, inRoot('dist'));
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/**
 * One file per process (and one for each part that is loaded later), minified, with source maps. Answers with its sources.
 * @param {string} name
 * @param {string} folder
 */
async function bundle(name, folder) {
  const { rolldown } = await import('rolldown');
  const build = await rolldown({
    input: { [name]: inRoot(`apps/${name}/src/main.ts`) },
    platform: 'node',
    transform: { target: 'node20', define: definitions },
    // ws tries these two native helpers and does well without; ink tries the third for those who develop it.
    external: ['bufferutil', 'utf-8-validate', 'react-devtools-core'],
    logLevel: 'warn',
  });
  const { output } = await build.write({
    dir: folder,
    format: 'esm',
    minify: true,
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: `${name}-[name]-[hash].js`,
  });
  await build.close();
  return output.flatMap(sourcesOf);
}

/** @param {string} folder @returns {Promise<string[]>} */
async function buildDashboard(folder) {
  const { build: viteBuild } = await import('vite');
  mkdirSync(folder, { recursive: true });
  const built = await viteBuild({
    configFile: inRoot('apps/dashboard/vite.config.ts'),
    root: inRoot('apps/dashboard'),
    logLevel: 'warn',
    build: { outDir: folder, emptyOutDir: true },
  });
  return [built].flat().flatMap((one) => ('output' in one ? one.output.flatMap(sourcesOf) : []));
}

/** @param {{ moduleIds?: readonly string[], originalFileNames?: readonly string[] }} output */
function sourcesOf({ moduleIds = [], originalFileNames = [] }) {
  // A bundler's own names for modules begin with a zero byte, and may end with a question.
  return [...moduleIds, ...originalFileNames.map((name) => inRoot(`apps/dashboard/${name}`))].map((id) =>
    id.replace(/^\0|\?.*$/g, ''),
  );
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.chdir(root);
  install();
  await build();
}
