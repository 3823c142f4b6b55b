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
/** Run by `dist/cli.js` and `dist/gateway.js`, which keep what V8 makes of them (apps/cli/src/program). */
const SCRIPTS = ['launcher', 'gateway'];
const ENTRIES = { cli: 'apps/cli/src/main.ts', gateway: 'apps/cli/src/gateway-program.ts' };

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
    const built = [
      ...SCRIPTS.map((name) => buildScript(name, fresh)),
      ...Object.entries(ENTRIES).map(([name, source]) => buildEntry(name, source, fresh)),
      buildDashboard(`${fresh}/dashboard`),
    ];
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
 * A whole process as one script, minified, with a source map: a function of what CommonJS gives a module. What is loaded
 * later is in it too, and begins to run when it is asked for. Answers with its sources.
 * @param {string} name
 * @param {string} folder
 */
const buildScript = (name, folder) =>
  bundle(name, `apps/${name}/src/main.ts`, {
    file: `${folder}/${name}.cjs`,
    format: 'cjs',
    codeSplitting: false,
    // A string of ASCII takes half the memory, and is read without being decoded.
    charset: 'ascii',
    postBanner: "(function (exports, require, module, __filename, __dirname) { 'use strict';",
    postFooter: '})',
  });

/**
 * What Node is started with (and one file for each part that is loaded later), minified, with source maps.
 * @param {string} name
 * @param {string} source
 * @param {string} folder
 */
const buildEntry = (name, source, folder) =>
  bundle(name, source, {
    dir: folder,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: `${name}-[name]-[hash].js`,
  });

/** Fastify loads HTTP/2 for those who ask it for such a server; it takes as long as all else of Node that a start needs. */
const withoutHttp2 = {
  name: 'without-http2',
  resolveId: (/** @type {string} */ id) => (id === 'node:http2' ? '\0no-http2' : undefined),
  load: (/** @type {string} */ id) => (id === '\0no-http2' ? 'module.exports = {};' : undefined),
};

/** @param {string} name @param {string} source @param {import('rolldown').OutputOptions} options */
async function bundle(name, source, options) {
  const { rolldown } = await import('rolldown');
  const build = await rolldown({
    input: { [name]: inRoot(source) },
    platform: 'node',
    plugins: [withoutHttp2],
    transform: { target: 'node20', define: definitions },
    // ws tries these two native helpers and does well without; ink tries the third for those who develop it.
    external: ['bufferutil', 'utf-8-validate', 'react-devtools-core'],
    logLevel: 'warn',
  });
  const { output } = await build.write({ minify: true, sourcemap: true, ...options });
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
