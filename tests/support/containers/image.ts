import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installGlobally, packInto } from '../package.ts';

/** What the last stage of the Dockerfile has below /usr/local, but for Node; `remove` it in the end. */
export function buildImage(): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-image-'));
  installGlobally(packInto(folder), join(folder, 'local'));
  // Somewhere to put Node.
  writeFileSync(join(folder, 'local', 'bin', 'node'), '');
  return { folder: join(folder, 'local'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
