import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createMediaStore, mediaIdOf } from '../../src/media/media-store.ts';
import type { MediaLimits } from '../../src/media/media-sweep.ts';
import { GIF, PNG } from '../support/images.ts';

const NOBODY = `${'a'.repeat(22)}.png`;

function aStore({ maxFileBytes = 100_000, ...limits }: Partial<MediaLimits> & { maxFileBytes?: number } = {}) {
  const parent = mkdtempSync(join(tmpdir(), 'picoclaw-media-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  const folder = join(parent, 'media');
  const log = pino({ level: 'silent' });
  const another = () => {
    const media = createMediaStore({
      ...{ folder, log, maxFileBytes },
      limits: () => ({ maxAgeMs: 60_000, maxBytes: 1_000_000, ...limits }),
    });
    onTestFinished(() => media.close());
    return media;
  };
  const age = (name: string, seconds: number) => {
    const at = Date.now() / 1_000 - seconds;
    for (const each of [name, `${name}.json`].filter((one) => existsSync(join(folder, one)))) {
      utimesSync(join(folder, each), at, at);
    }
  };
  return { media: another(), another, folder, parent, age };
}

async function* pieces(bytes: Uint8Array, size: number, onEnd: () => void = () => {}) {
  try {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  } finally {
    onEnd();
  }
}

describe('a file', () => {
  it('is kept under a name that nobody can guess, for its owner only', async () => {
    const { media, folder } = aStore();
    const [one, other] = [await media.put(PNG), await media.put(PNG)];
    expect(one).toEqual({ id: one.id, url: `/pico/media/${one.id}`, mediaType: 'image/png', size: PNG.length });
    expect(one.id).toMatch(/^[\w-]{22}\.png$/);
    expect(other.id).not.toBe(one.id);
    expect(await media.read(one.id)).toEqual(PNG);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual(Array(4).fill(0o600));
  });

  it('is known to the next process by all that was known of it', async () => {
    const { media, another } = aStore();
    const stored = await media.put(Buffer.from('a,b\n'), { filename: 'Übersicht.csv', contentType: 'text/csv' });
    expect(stored).toMatchObject({ mediaType: 'text/csv', filename: 'Übersicht.csv', size: 4 });
    expect(await another().get(stored.id)).toEqual(stored);
  });

  it('comes in pieces as well as whole', async () => {
    const { media } = aStore();
    const bytes = Buffer.concat([GIF, Buffer.alloc(50_000, 3)]);
    const { id, mediaType, size } = await media.put(pieces(bytes, 7));
    expect([mediaType, size]).toEqual(['image/gif', bytes.length]);
    expect(await media.read(id)).toEqual(bytes);
  });

  it('that is deleted is gone with what was known of it', async () => {
    const { media, folder } = aStore();
    const { id } = await media.put(PNG);
    await media.delete(id);
    expect([await media.get(id), await media.read(id), readdirSync(folder)]).toEqual([undefined, undefined, []]);
    await media.delete(id);
  });
});

describe('a file that cannot be stored', () => {
  it('is no longer read once it is too large, and leaves nothing', async () => {
    const { media, folder } = aStore({ maxFileBytes: 1_000 });
    let read = 0;
    let isEnded = false;
    async function* endless() {
      for (;;) {
        read += 100;
        yield Buffer.alloc(100);
      }
    }
    await expect(media.put(endless())).rejects.toMatchObject({ name: 'MediaError', code: 'too_large' });
    const ended = pieces(Buffer.alloc(2_000), 100, () => (isEnded = true));
    await expect(media.put(ended)).rejects.toMatchObject({ code: 'too_large' });
    await expect(media.put(Buffer.alloc(1_001))).rejects.toMatchObject({ code: 'too_large' });
    expect([read, isEnded, readdirSync(folder)]).toEqual([1_100, true, []]);
    expect((await media.put(Buffer.alloc(1_000))).size).toBe(1_000);
  });

  it('because who sends it fails says why, and leaves nothing', async () => {
    const { media, folder } = aStore();
    async function* broken() {
      yield PNG;
      throw new Error('the sender is gone');
    }
    await expect(media.put(broken())).rejects.toThrow('the sender is gone');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('because there is no place is a storage_failed, and the next one is stored', async () => {
    const { media, folder } = aStore();
    writeFileSync(folder, 'a file where the folder should be');
    await expect(media.put(PNG)).rejects.toMatchObject({ name: 'MediaError', code: 'storage_failed' });
    rmSync(folder);
    expect((await media.put(PNG)).size).toBe(PNG.length);
  });
});

describe('an id', () => {
  it.each(['', '.', '..', '../x.png', 'a/b.png', 'x.png', `${'a'.repeat(22)}.png/..`, `${'a'.repeat(22)}.png\0`])(
    'like %j never becomes a path',
    async (id) => {
      const { media, parent } = aStore();
      await media.put(PNG);
      writeFileSync(join(parent, 'x.png'), PNG);
      expect([await media.read(id), await media.get(id)]).toEqual([undefined, undefined]);
      await media.delete(id);
      expect(existsSync(join(parent, 'x.png'))).toBe(true);
    },
  );

  it('of a link, a folder, or a file whose description is missing or damaged is nobody’s', async () => {
    const { media, folder, parent } = aStore();
    const { id } = await media.put(PNG);
    writeFileSync(join(parent, 'secret'), 'secret');
    const { id: linked } = await media.put(PNG);
    rmSync(join(folder, linked));
    symlinkSync(join(parent, 'secret'), join(folder, linked));
    const { id: aFolder } = await media.put(PNG);
    rmSync(join(folder, aFolder));
    mkdirSync(join(folder, aFolder));
    for (const each of [linked, aFolder]) {
      expect([await media.get(each), await media.read(each)]).toEqual([undefined, undefined]);
    }
    writeFileSync(join(folder, NOBODY), PNG);
    expect(await media.get(NOBODY)).toBeUndefined();
    for (const damaged of ['', '{', 'null', '[]', '{"media_type":1}', `{"media_type":"${'x'.repeat(5_000)}"}`]) {
      writeFileSync(join(folder, `${id}.json`), damaged);
      expect(await media.get(id)).toBeUndefined();
    }
  });

  it.each([
    ['/pico/media/AAAAAAAAAAAAAAAAAAAAAA.png', 'AAAAAAAAAAAAAAAAAAAAAA.png'],
    ['/console/pico/media/AAAAAAAAAAAAAAAAAAAAAA.png', 'AAAAAAAAAAAAAAAAAAAAAA.png'],
    ['/pico/media/../../etc/passwd', undefined],
    ['/pico/media/AAAAAAAAAAAAAAAAAAAAAA.png.json', undefined],
    ['data:image/png;base64,AAAA', undefined],
  ])('in the address %s is %s', (url, id) => expect(mediaIdOf(url)).toBe(id));
});

describe('a sweep', () => {
  it('removes what is too old, and the oldest of what is too much, but nothing that is not its own', async () => {
    const { media, folder, age } = aStore({ maxBytes: 3 * (PNG.length + 50) });
    const ids: string[] = [];
    for (let number = 0; number < 5; number += 1) ids.push((await media.put(PNG)).id);
    for (const [number, id] of ids.entries()) age(id, 50 - number * 10);
    age(ids[0] ?? '', 120);
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    await media.sweep();
    const kept = ids.slice(2).flatMap((id) => [id, `${id}.json`]);
    expect(readdirSync(folder).sort()).toEqual(['notes.txt', ...kept].sort());
  });

  it('removes what a process left half done an hour ago, and not what is being written', async () => {
    const { media, folder, age } = aStore({ maxAgeMs: 1e12, maxBytes: 1e9 });
    const { id } = await media.put(PNG);
    const names = (letter: string) => [
      `.${letter.repeat(22)}.new`,
      `.${letter.repeat(22)}.json.new`,
      `${letter.toUpperCase().repeat(22)}.png`,
      `${letter.toUpperCase().repeat(21)}x.png.json`,
    ];
    for (const name of [...names('o'), ...names('f')]) writeFileSync(join(folder, name), 'half');
    for (const name of [...names('o'), id]) age(name, 4_000);
    await media.sweep();
    expect(readdirSync(folder).sort()).toEqual([id, `${id}.json`, ...names('f')].sort());
  });

  it('goes on behind what cannot be removed', async () => {
    const { media, folder, age } = aStore();
    mkdirSync(join(folder, NOBODY), { recursive: true });
    const { id } = await media.put(PNG);
    age(NOBODY, 9_000);
    age(id, 90);
    await media.sweep();
    expect(readdirSync(folder)).toEqual([NOBODY]);
  });

  it('does not wait for its hour when much comes at once', async () => {
    const { media, folder, age } = aStore({ maxBytes: 10 * PNG.length });
    const { id } = await media.put(PNG);
    age(id, 120);
    for (let number = 0; number < 2; number += 1) await media.put(PNG);
    await expect.poll(() => existsSync(join(folder, id))).toBe(false);
  });

  it('has nothing to do where nothing was ever stored', async () => {
    const { media, folder } = aStore();
    await media.sweep();
    expect(existsSync(folder)).toBe(false);
  });
});
