import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { mediaTypeOf } from '../../src/media/media-type.ts';
import { GIF, PNG } from '../support/images.ts';

const UNKNOWN = ['bin', 'application/octet-stream'];
const PAGE = '<!doctype html><script>alert(1)</script>';

async function typeOf(content: string | Buffer, contentType?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-media-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'file');
  writeFileSync(path, content);
  const { extension, mediaType } = await mediaTypeOf(path, contentType);
  return [extension, mediaType];
}

it.each<[string, string | Buffer, string[]]>([
  ['a GIF', GIF, ['gif', 'image/gif']],
  ['a PNG', PNG, ['png', 'image/png']],
  ['a PDF', '%PDF-1.7\n', ['pdf', 'application/pdf']],
  ['a PNG that is cut off', PNG.subarray(0, 20), ['png', 'image/png']],
  ['text', 'just text', UNKNOWN],
  ['a page', PAGE, UNKNOWN],
  ['a drawing that can run', '<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>', UNKNOWN],
  ['a drawing with a prolog', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', UNKNOWN],
  ['nothing', '', UNKNOWN],
])('takes the type of %s from its bytes', async (_what, content, expected) => {
  expect(await typeOf(content)).toEqual(expected);
});

it('calls an animated PNG what every viewer calls it', async () => {
  const control = Buffer.from('000000086163544c000000010000000000000000', 'hex');
  expect(await typeOf(Buffer.concat([PNG.subarray(0, 33), control, PNG.subarray(33)]))).toEqual(['png', 'image/png']);
});

it.each([
  ['a page that is said to be text', PAGE, 'text/plain; charset=utf-8', ['txt', 'text/plain']],
  ['JSON that is said to be JSON', '{}', 'Application/JSON', ['json', 'application/json']],
  ['text that is said to be a page', 'x', 'text/html', UNKNOWN],
  ['text that is said to be a drawing', 'x', 'image/svg+xml', UNKNOWN],
  ['text that is said to be an image', 'x', 'image/png', UNKNOWN],
  ['text that is said to be of a type that objects have', 'x', 'constructor', UNKNOWN],
  ['an image that is said to be text', PNG, 'text/plain', ['png', 'image/png']],
])('takes %s for what cannot harm', async (_what, content, contentType, expected) => {
  expect(await typeOf(content, contentType)).toEqual(expected);
});
