import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const compressible = /\.(?:css|html|js|json|svg|txt)$/;
const minBytes = 512;

async function compressFile(file: string): Promise<void> {
  const content = await readFile(file);
  if (content.byteLength < minBytes) return;
  const [brotli, zipped] = await Promise.all([
    promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
    promisify(gzip)(content, { level: 9 }),
  ]);
  await Promise.all([writeFile(`${file}.br`, brotli), writeFile(`${file}.gz`, zipped)]);
}

/** Writes `.br` and `.gz` beside each text file. The pages have none: the launcher writes its base path into them. */
function precompress(): Plugin {
  return {
    name: 'precompress',
    apply: 'build',
    async writeBundle({ dir }) {
      if (dir === undefined) return;
      const entries = await readdir(dir, { recursive: true });
      const files = entries.filter((entry) => compressible.test(entry) && !entry.endsWith('.html'));
      await Promise.all(files.map((entry) => compressFile(join(dir, entry))));
    },
  };
}

/**
 * Has what the first page needs fetched with the page: the font, which without that comes too late for
 * `font-display: optional`, always; and the chunks that the first script would ask for only when it runs.
 */
function preload(): Plugin {
  return {
    name: 'preload',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle = {} }) {
        const files = Object.values(bundle);
        const fonts = files.filter(({ fileName }) => fileName.endsWith('.woff2'));
        const scripts = files.filter((file) => file.type === 'chunk' && firstPage.includes(file.name));
        const link = (rel: string, fileName: string, attrs = {}) => ({
          tag: 'link',
          attrs: { rel, ...attrs, crossorigin: '', href: `./${fileName}` },
          injectTo: 'head' as const,
        });
        return [
          ...fonts.map(({ fileName }) => link('preload', fileName, { as: 'font', type: 'font/woff2' })),
          ...scripts.map(({ fileName }) => link('modulepreload', fileName)),
        ];
      },
    },
    // Who signs in does not wait for what comes afterwards.
    async writeBundle({ dir = '.' }) {
      const index = await readFile(join(dir, 'index.html'), 'utf8');
      await writeFile(join(dir, 'entrance.html'), index.replace(/^.*"modulepreload".*\/chat-.*\n/m, ''));
    },
  };
}

/** Of what follows the sign-in, the parts that signing in needs as well. */
const sharedWithEntrance =
  /(?:api\/auth|api\/refusal-text|shell\/preferences|setup\/kept-token|src\/auth-status|src\/use-title|ui\/(?:button|logo|notice)|icons\/(?:check|chevron-right))\.\w+$/;

/**
 * What is needed together, each with all that it imports: left to itself the bundler cuts a chunk for each combination of
 * pages that share something, and a dozen small ones compress worse and are asked for one by one.
 */
const chunks = [
  { name: 'base', test: /src\/main\.tsx$/, priority: 3 },
  { name: 'entrance', test: sharedWithEntrance, priority: 2 },
  { name: 'chat', test: /src\/shell\/signed-in\.tsx$/, priority: 1 },
];

/** The chunks of the page that people come for. */
const firstPage = ['entrance', 'chat'];

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Relative addresses and `<base href>` together make one build work under any base path.
  base: './',
  plugins: [react(), preload(), precompress()],
  build: {
    outDir: fileURLToPath(new URL('../../dist/dashboard', import.meta.url)),
    emptyOutDir: true,
    // A `data:` URL would need a wider content security policy.
    assetsInlineLimit: 0,
    sourcemap: false,
    reportCompressedSize: false,
    rolldownOptions: { output: { codeSplitting: { groups: chunks } } },
  },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/pico', '/logout'].map((path) => [path, { target: 'http://localhost:18800', ws: true }]),
    ),
  },
});
