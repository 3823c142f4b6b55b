import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { createMediaStore, MediaError, type MediaLimits, mediaIdOf } from '../../src/media/media-store.ts';
import { GIF, PNG } from '../support/images.ts';

function aStore(limits: Partial<MediaLimits> = {}) {
  const parent = mkdtempSync(join(tmpdir(), 'picoclaw-media-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  const folder = join(parent, 'media');
  const log = pino({ level: 'silent' });
  const media = createMediaStore({ folder, log, limits: () => ({ maxAgeMs: 60_000, maxBytes: 1_000_000, ...limits }) });
  onTestFinished(() => media.close());
  const age = (id: string, seconds: number) => {
    const at = Date.now() / 1_000 - seconds;
    utimesSync(join(folder, id), at, at);
  };
  return { media, folder, parent, age };
}

it('keeps a file under a name that nobody can guess, for its owner only', async () => {
  const { media, folder } = aStore();
  const [one, other] = [await media.put(PNG), await media.put(PNG)];
  expect(one).toMatchObject({ mediaType: 'image/png', size: PNG.length, url: `/pico/media/${one.id}` });
  expect(one.id).toMatch(/^[\w-]{22}\.png$/);
  expect(other.id).not.toBe(one.id);
  expect(await media.read(one.id)).toEqual(PNG);
  expect([statSync(folder).mode & 0o777, statSync(join(folder, one.id)).mode & 0o777]).toEqual([0o700, 0o600]);
});

it.each([
  ['a GIF', GIF, 'image/gif', 'gif'],
  ['text', Buffer.from('just text'), 'application/octet-stream', 'bin'],
  ['a page', Buffer.from('<!doctype html><script>alert(1)</script>'), 'application/octet-stream', 'bin'],
  [
    'a drawing that can run',
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>'),
    'application/octet-stream',
    'bin',
  ],
  ['a drawing with a prolog', Buffer.from('<?xml version="1.0"?><svg/>'), 'application/octet-stream', 'bin'],
  ['nothing', Buffer.alloc(0), 'application/octet-stream', 'bin'],
])('takes the type of %s from its bytes', async (_what, bytes, mediaType, extension) => {
  const stored = await aStore().media.put(bytes);
  expect([stored.mediaType, stored.id.split('.')[1]]).toEqual([mediaType, extension]);
});

it.each(['', '.', '..', '../x.png', 'a/b.png', 'x.png', `${'a'.repeat(22)}.png/..`, `${'a'.repeat(22)}.png\0`])(
  'never makes a path of %j',
  async (id) => {
    const { media } = aStore();
    await media.put(PNG);
    expect(await media.read(id)).toBeUndefined();
    await media.delete(id);
  },
);

it('follows no link', async () => {
  const { media, folder, parent } = aStore();
  await media.put(PNG);
  writeFileSync(join(parent, 'secret'), 'secret');
  const id = `${'a'.repeat(22)}.png`;
  symlinkSync(join(parent, 'secret'), join(folder, id));
  await expect(media.read(id)).rejects.toMatchObject({ code: 'ELOOP' });
});

it('removes what is too old, and the oldest of what is too much, but nothing that is not its own', async () => {
  const { media, folder, age } = aStore({ maxBytes: 3 * PNG.length });
  const ids: string[] = [];
  for (let number = 0; number < 5; number += 1) ids.push((await media.put(PNG)).id);
  for (const [number, id] of ids.entries()) age(id, 50 - number * 10);
  age(ids[0] ?? '', 120);
  writeFileSync(join(folder, 'notes.txt'), 'mine');
  await media.sweep();
  expect(readdirSync(folder).sort()).toEqual(['notes.txt', ...ids.slice(2)].sort());
});

it('removes what a process left half written an hour ago, and not what is being written', async () => {
  const { media, folder, age } = aStore({ maxAgeMs: 1e12 });
  await media.put(PNG);
  const [old, fresh] = [`${'o'.repeat(22)}.png.new`, `${'f'.repeat(22)}.png.new`];
  for (const name of [old, fresh]) writeFileSync(join(folder, name), 'half');
  age(old, 4_000);
  await media.sweep();
  expect(readdirSync(folder)).toContain(fresh);
  expect(readdirSync(folder)).not.toContain(old);
});

it('says storage_failed when there is no place, and leaves nothing half written', async () => {
  const { media, folder } = aStore();
  writeFileSync(folder, 'a file where the folder should be');
  await expect(media.put(PNG)).rejects.toThrow(MediaError);
  rmSync(folder);
  expect((await media.put(PNG)).size).toBe(PNG.length);
});

it.each([
  ['/pico/media/AAAAAAAAAAAAAAAAAAAAAA.png', 'AAAAAAAAAAAAAAAAAAAAAA.png'],
  ['/console/pico/media/AAAAAAAAAAAAAAAAAAAAAA.png', 'AAAAAAAAAAAAAAAAAAAAAA.png'],
  ['/pico/media/../../etc/passwd', undefined],
  ['data:image/png;base64,AAAA', undefined],
])('the address %s names %s', (url, id) => expect(mediaIdOf(url)).toBe(id));
