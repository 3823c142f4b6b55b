import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { attachmentOf, storeInlineMedia } from '../../src/media/inline-media.ts';
import { createMediaStore } from '../../src/media/media-store.ts';
import { dataUrl, GIF, PNG } from '../support/images.ts';

function aStore(maxFileBytes = 100 * 1024 ** 2) {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-media-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const media = createMediaStore({ folder, log: pino({ level: 'silent' }), maxFileBytes });
  onTestFinished(() => media.close());
  return { media, folder };
}

it('stores the images of a message and names them as attachments', async () => {
  const { media } = aStore();
  // What the sender calls it does not matter.
  const stored = await storeInlineMedia([dataUrl(PNG), dataUrl(GIF, 'image/jpeg')], media);
  if (!stored.ok) throw new Error(stored.message);
  expect(stored.urls).toEqual([
    expect.stringMatching(/^\/pico\/media\/[\w-]{22}\.png$/),
    expect.stringMatching(/^\/pico\/media\/[\w-]{22}\.gif$/),
  ]);
  expect(stored.attachments).toEqual([
    { url: stored.urls[0], type: 'image', content_type: 'image/png', size: PNG.length },
    { url: stored.urls[1], type: 'image', content_type: 'image/gif', size: GIF.length },
  ]);
  const id = stored.urls[1]?.split('/').at(-1) ?? '';
  expect(await media.read(id)).toEqual(GIF);
});

const big = dataUrl(Buffer.concat([PNG, Buffer.alloc(19 * 1024 ** 2)]));
const PDF = Buffer.from('%PDF-1.7\n');

it.each<[string, string[], RegExp]>([
  ['that is a file of another kind', [dataUrl(PNG), dataUrl(PDF)], /^Image 2 is not one of image\/png, /],
  ['that nobody knows', [dataUrl(PNG), dataUrl(Buffer.from('x'))], /^Image 2 is not one of /],
  ['that is a drawing', [dataUrl(Buffer.from('<svg/>'), 'image/svg+xml')], /^Image 1 is not one of /],
  ['that lies elsewhere', [dataUrl(PNG), 'https://example.com/a.png'], /^Image 2 is not one of /],
  ['that is one of too many', Array.from({ length: 17 }, () => dataUrl(PNG)), /^A message may have 16 images\.$/],
  ['that is too large with the others', [big, big, big, big], /^The images of a message may have 64 MiB together\.$/],
])('refuses an image %s, and leaves nothing of the others', async (_what, dataUrls, message) => {
  const { media, folder } = aStore();
  expect(await storeInlineMedia(dataUrls, media)).toEqual({
    ...{ ok: false, code: 'invalid_media' },
    message: expect.stringMatching(message),
  });
  expect(readdirSync(folder)).toEqual([]);
});

it('leaves nothing of the others when the disk takes no more', async () => {
  const { media, folder } = aStore(PNG.length);
  const larger = dataUrl(Buffer.concat([PNG, PNG]));
  await expect(storeInlineMedia([dataUrl(PNG), larger], media)).rejects.toMatchObject({ name: 'MediaError' });
  expect(readdirSync(folder)).toEqual([]);
});

it('names a file that an agent has made by its own name', async () => {
  const { media } = aStore();
  const stored = await media.put(PDF, { filename: 'report.pdf', contentType: 'text/html' });
  expect(attachmentOf(stored)).toEqual({
    ...{ url: stored.url, type: 'file', filename: 'report.pdf' },
    ...{ content_type: 'application/pdf', size: PDF.length },
  });
});
