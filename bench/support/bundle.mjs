import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inRoot } from '../../scripts/project.mjs';

/**
 * A package as it is at this moment, in JavaScript that Node can import; answers with its address and the way to remove it.
 * @param {string} name of a folder in packages/
 */
export async function bundlePackage(name) {
  const { rolldown } = await import('rolldown');
  // Inside node_modules, so that it finds what it depends on, and linters do not find it.
  const folder = mkdtempSync(inRoot(`node_modules/.bench-${name}-`));
  const build = await rolldown({ input: inRoot(`packages/${name}/src/index.ts`), platform: 'node', logLevel: 'warn' });
  await build.write({ dir: folder, format: 'esm', entryFileNames: 'index.js' });
  await build.close();
  const remove = () => rmSync(folder, { recursive: true, force: true });
  return { url: pathToFileURL(join(folder, 'index.js')).href, remove };
}
