import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the whole project. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** @type {(path: string) => string} */
export const inRoot = (path) => join(root, path);

/** The version that everything built here carries. */
export const version = JSON.parse(readFileSync(inRoot('package.json'), 'utf8')).version;

/**
 * A digest of files and folders by name and content; what is not there counts as empty.
 * Content, not dates: a fresh clone and a branch change touch every date.
 * @param {readonly string[]} paths relative to the root
 */
export function digestOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths) addTo(hash, path);
  return hash.digest('hex');
}

/**
 * @param {import('node:crypto').Hash} hash
 * @param {string} path
 */
function addTo(hash, path) {
  try {
    hash.update(path).update(readFileSync(inRoot(path)));
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'ENOENT') return;
    if (code !== 'EISDIR') throw error;
    for (const name of readdirSync(inRoot(path)).sort()) addTo(hash, `${path}/${name}`);
  }
}

/**
 * The text of a file, or nothing when there is none.
 * @param {string} path relative to the root
 */
export function textOf(path) {
  try {
    return readFileSync(inRoot(path), 'utf8').trim();
  } catch {
    return undefined;
  }
}
