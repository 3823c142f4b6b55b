import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, isStore, type KnownSecrets } from './known-secrets.ts';

/** A secret in a file that is not there for it. */
export interface Leak {
  readonly file: string;
  /** What it is called; its value is nowhere. */
  readonly secret: string;
}

/** What a person or a test has written, and what browsers remember of an address with a token. */
const NOT_OURS = /playwright|\.service$|\.plist$|\.spec$|\/given-token$/;
const MAX_BYTES = 4_000_000;

/** Looks for secrets in all files below a folder, or in one file, but for the stores. */
export function findLeaks(path: string, secrets: Pick<KnownSecrets, 'in'>): Leak[] {
  if (NOT_OURS.test(path) || isStore(path)) return [];
  const stats = attempt(() => lstatSync(path));
  if (stats?.isDirectory()) {
    return (attempt(() => readdirSync(path)) ?? []).flatMap((name) => findLeaks(join(path, name), secrets));
  }
  if (!stats?.isFile() || stats.size > MAX_BYTES) return [];
  const secret = secrets.in(attempt(() => readFileSync(path)) ?? Buffer.alloc(0));
  return secret === undefined ? [] : [{ file: path, secret }];
}
