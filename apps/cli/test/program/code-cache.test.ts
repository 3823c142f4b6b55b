import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createCodeCache } from '../../src/program/code-cache.ts';

const SOURCE = Buffer.from('(function () {})');
const CODE = Buffer.from('what V8 has made of it');

function place() {
  const root = mkdtempSync(join(tmpdir(), 'picoclaw-code-cache-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const script = join(root, 'launcher.cjs');
  const folder = join(root, 'kept');
  return { root, script, folder, cache: createCodeCache(script, SOURCE, { folders: [folder] }) };
}

const onlyFile = (folder: string) => join(folder, String(readdirSync(folder)));

test('what was stored is there at the next start, and nothing else lies beside it', () => {
  const { script, folder, cache } = place();
  expect(cache.load()).toBeUndefined();
  cache.store(CODE);
  expect(createCodeCache(script, SOURCE, { folders: [folder] }).load()).toEqual(CODE);
  expect(readdirSync(folder)).toEqual([`launcher.cjs-${process.version}-${process.arch}`]);
});

test('a later one takes the place of the one before', () => {
  const { cache } = place();
  cache.store(CODE);
  cache.store(Buffer.from('more'));
  expect(cache.load()?.toString()).toBe('more');
});

test('of a script that was built anew nothing is believed, though it be as long as the old one', () => {
  const { script, folder, cache } = place();
  cache.store(CODE);
  const later = (source: string) => createCodeCache(script, Buffer.from(source), { folders: [folder] });
  expect(later('(function (a) {})').load()).toBeUndefined();
  expect(later('(function() { })').load()).toBeUndefined();
});

test.each([
  ['torn', (bytes: Buffer) => bytes.subarray(0, -1)],
  ['changed', (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.from('!')])],
  ['empty', () => Buffer.alloc(0)],
])('one that is %s is not believed', (_how, change) => {
  const { folder, cache } = place();
  cache.store(CODE);
  writeFileSync(onlyFile(folder), change(readFileSync(onlyFile(folder))));
  expect(cache.load()).toBeUndefined();
});

test.skipIf(process.platform === 'win32')('one that others could have written is not believed', () => {
  const { script, folder, cache } = place();
  cache.store(CODE);
  const stranger = createCodeCache(script, SOURCE, { folders: [folder], userId: (process.geteuid?.() ?? 0) + 1 });
  // What root has written is believed by everybody: whoever is root could change Node as well.
  expect(stranger.load()).toEqual(process.geteuid?.() === 0 ? CODE : undefined);
  chmodSync(onlyFile(folder), 0o664);
  expect(cache.load()).toBeUndefined();
});

test.skipIf(process.platform === 'win32')('a link in its place is not followed', () => {
  const { root, folder, cache } = place();
  cache.store(CODE);
  const path = onlyFile(folder);
  renameSync(path, join(root, 'elsewhere'));
  symlinkSync(join(root, 'elsewhere'), path);
  expect(cache.load()).toBeUndefined();
});

test('where nothing can be written the next folder is taken, and none at all is no fault', () => {
  const { root, script, folder } = place();
  writeFileSync(script, SOURCE);
  const nowhere = join(script, 'no-folder');
  const cache = createCodeCache(script, SOURCE, { folders: [nowhere, folder] });
  cache.store(CODE);
  expect(cache.load()).toEqual(CODE);
  expect(readdirSync(root).sort()).toEqual(['kept', 'launcher.cjs']);
  const without = createCodeCache(script, SOURCE, { folders: [nowhere] });
  without.store(CODE);
  expect(without.load()).toBeUndefined();
});
