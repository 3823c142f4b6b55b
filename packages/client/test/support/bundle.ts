import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

/** A bundle in memory, as a build makes it: minified, nothing left to look up but what the platform has. */
export interface Bundle {
  files: { name: string; code: string }[];
  /** The modules in it, without the folders above the project's. */
  modules: string[];
  /** What it still imports. */
  imports: string[];
  gzipBytes: number;
}

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const VIRTUAL = '\0entry';

/** Bundles one file of this package, or what a text imports from it. */
export async function bundle(platform: 'browser' | 'node', input: { file: URL } | { text: string }): Promise<Bundle> {
  const build = await rolldown({
    input: 'file' in input ? fileURLToPath(input.file) : VIRTUAL,
    platform,
    cwd: root,
    // ws tries these two native helpers and does well without.
    external: ['bufferutil', 'utf-8-validate'],
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === VIRTUAL ? VIRTUAL : undefined),
        load: (id) => (id === VIRTUAL && 'text' in input ? input.text : undefined),
      },
    ],
  });
  const { output } = await build.generate({ format: 'esm', minify: true, entryFileNames: 'entry.mjs' });
  await build.close();
  const chunks = output.filter((file) => file.type === 'chunk');
  const names = new Set(chunks.map(({ fileName }) => fileName));
  return {
    files: chunks.map(({ fileName: name, code }) => ({ name, code })),
    modules: chunks.flatMap(({ moduleIds }) => moduleIds).map((id) => id.replace(root, '')),
    imports: chunks.flatMap(({ imports }) => imports).filter((name) => !names.has(name)),
    gzipBytes: chunks.reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0),
  };
}
