import { describe, expect, it } from 'vitest';
import { INLINE_IMAGE_TYPES, MAX_INLINE_IMAGE_BYTES, parseInlineImage } from '../src/index.ts';

const dataUrl = (bytes: Uint8Array | string, type = 'image/png') =>
  `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;

describe('an inline image', () => {
  it.each(INLINE_IMAGE_TYPES)('may be %s', (type) => {
    expect(parseInlineImage(dataUrl('x', type))).toMatchObject({ ok: true, image: { mediaType: type } });
  });

  it('has the size that decoding it would give, padded or not', () => {
    for (const length of [1, 2, 3, 4, 5, 1000]) {
      const url = dataUrl(new Uint8Array(length));
      expect(parseInlineImage(url)).toMatchObject({ image: { bytes: length } });
      expect(parseInlineImage(url.replace(/=+$/, ''))).toMatchObject({ image: { bytes: length } });
    }
  });

  it('may have exactly 20 MiB and not a byte more', () => {
    expect(parseInlineImage(dataUrl(new Uint8Array(MAX_INLINE_IMAGE_BYTES)))).toMatchObject({ ok: true });
    expect(parseInlineImage(dataUrl(new Uint8Array(MAX_INLINE_IMAGE_BYTES + 1)))).toEqual({
      ok: false,
      reason: 'too_large',
    });
  });

  it.each([
    ['data:text/html;base64,PGI+', 'unsupported_type'],
    ['data:image/svg+xml;base64,PHN2Zy8+', 'unsupported_type'],
    ['data:image/png;charset=utf-8;base64,AAAA', 'not_a_data_url'],
    ['data:image/png;base64,', 'not_base64'],
    ['data:image/png;base64,A', 'not_base64'],
    ['data:image/png;base64,AA=', 'not_base64'],
    ['data:image/png;base64,A=AA', 'not_base64'],
    ['data:image/png;base64,AA-_', 'not_base64'],
    ['data:image/png;base64,AAAA\n', 'not_base64'],
    ['https://example.org/a.png', 'not_a_data_url'],
  ])('is refused: %j as %s', (url, reason) => {
    expect(parseInlineImage(url)).toEqual({ ok: false, reason });
  });

  it('in capitals is the same type', () => {
    expect(parseInlineImage('DATA:IMAGE/PNG;BASE64,AAAA')).toMatchObject({
      ok: true,
      image: { mediaType: 'image/png' },
    });
  });
});
