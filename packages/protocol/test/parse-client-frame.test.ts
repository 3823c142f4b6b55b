import { describe, expect, it } from 'vitest';
import { type ClientFrameResult, parseClientFrame } from '../src/index.ts';

const png = 'data:image/png;base64,iVBORw0KGgo=';
const parse = (frame: unknown): ClientFrameResult => parseClientFrame(JSON.stringify(frame));
const payloadOf = (frame: unknown): unknown => {
  const result = parse(frame);
  return result.ok && 'payload' in result.frame ? result.frame.payload : result;
};

describe('a frame of a client', () => {
  it('is read with its id, session and time, and lists where there were none', () => {
    expect(
      parse({
        type: 'message.send',
        id: 'm1',
        session_id: 's',
        timestamp: 1_700_000_000_000,
        payload: { content: 'hi' },
      }),
    ).toEqual({
      ok: true,
      frame: {
        type: 'message.send',
        id: 'm1',
        session_id: 's',
        timestamp: 1_700_000_000_000,
        payload: { content: 'hi', media: [], attachments: [] },
      },
    });
  });

  it('may carry members that this version does not know', () => {
    expect(parse({ type: 'ping', id: 'p', extra: { deep: [1] } })).toEqual({
      ok: true,
      frame: { type: 'ping', id: 'p' },
    });
    expect(payloadOf({ type: 'message.send', payload: { content: 'x', extra: 1 } })).toEqual({
      content: 'x',
      media: [],
      attachments: [],
    });
  });

  it('may write null for what it leaves out, as Go does with unset slices', () => {
    expect(
      payloadOf({ type: 'message.send', id: null, payload: { content: 'x', media: null, attachments: null } }),
    ).toEqual({ content: 'x', media: [], attachments: [] });
    expect(parse({ type: 'ping', payload: null })).toEqual({ ok: true, frame: { type: 'ping' } });
  });

  it('may cancel one answer or whatever is being answered', () => {
    expect(payloadOf({ type: 'message.cancel', payload: { message_id: 'a1' } })).toEqual({ message_id: 'a1' });
    expect(payloadOf({ type: 'message.cancel' })).toEqual({});
  });

  it.each([
    ['a string', png],
    ['a list of strings', [png]],
    ['an object with url', { url: png }],
    ['a list of objects with data_url', [{ data_url: png }]],
  ])('may bring its media as %s', (_, media) => {
    expect(payloadOf({ type: 'media.send', payload: { media } })).toEqual({
      content: '',
      media: [png],
      attachments: [],
    });
  });

  it('may refer to a stored file, also under a base path', () => {
    for (const url of ['/pico/media/a1', '/base/path/pico/media/a1.txt', png]) {
      expect(payloadOf({ type: 'message.send', payload: { attachments: [{ url }] } })).toMatchObject({
        attachments: [{ url }],
      });
    }
  });
});

describe('a refused frame', () => {
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

  it.each([
    ['broken JSON', '{"type":'],
    ['an empty text', ''],
    ['a list', '[{"type":"ping"}]'],
    ['a number', '1'],
    ['null', 'null'],
    ['no type', '{"id":"a"}'],
    ['a type that is no text', '{"type":1}'],
    ['an id that is no text', '{"type":"ping","id":7}'],
    ['an endless id', `{"type":"ping","id":"${'a'.repeat(257)}"}`],
    ['a time that is no number', '{"type":"ping","timestamp":"now"}'],
    ['a payload that is a list', '{"type":"message.send","payload":["content"]}'],
    ['content that is no text', '{"type":"message.send","payload":{"content":5}}'],
    ['__proto__ as a key', '{"type":"ping","__proto__":{"ok":true}}'],
    ['__proto__ deep inside', '{"type":"message.send","payload":{"content":"x","a":[{"__proto__":{}}]}}'],
    ['constructor as a key', '{"type":"ping","payload":{"constructor":{"prototype":{}}}}'],
    ['deep nesting', `{"type":"ping","payload":${nested(40)}}`],
    ['nesting that would exhaust a stack', `{"type":"ping","payload":${nested(200_000)}}`],
  ])('is invalid_message for %s', (_, text) => {
    expect(parseClientFrame(text)).toMatchObject({ ok: false, code: 'invalid_message', message: expect.any(String) });
  });

  it('is unknown_type for a type nobody knows, names of object members included', () => {
    for (const type of ['message.create', 'toString', 'x'.repeat(500)]) {
      const result = parse({ type, id: 'a' });
      expect(result).toMatchObject({ ok: false, code: 'unknown_type', id: 'a' });
      expect(JSON.stringify(result).length).toBeLessThan(200);
    }
  });

  it('is empty_content without text and without media', () => {
    for (const payload of [undefined, {}, { content: ' \n' }, { content: '', media: [], attachments: [] }]) {
      expect(parse({ type: 'message.send', id: 'a', payload })).toMatchObject({ code: 'empty_content', id: 'a' });
    }
  });

  it.each([
    ['an address to fetch', ['https://example.org/a.png']],
    ['an SVG', ['data:image/svg+xml;base64,PHN2Zy8+']],
    ['text that is not base64', ['data:image/png;base64,a*b=']],
    ['a data URL without base64', ['data:image/png,abc']],
    ['a number', 5],
    ['one bad item among good ones', [png, 'x']],
  ])('is invalid_media for %s', (_, media) => {
    expect(parse({ type: 'message.send', id: 'a', payload: { content: 'x', media } })).toMatchObject({
      code: 'invalid_media',
      id: 'a',
    });
  });

  it('is invalid_media for an attachment that the gateway would have to fetch', () => {
    for (const url of [
      'https://example.org/a',
      'file:///etc/passwd',
      '//host/pico/media/a',
      '/pico/media/../a',
      '/pico/media/..',
      '/a/../pico/media/b',
      7,
    ]) {
      expect(parse({ type: 'message.send', payload: { content: 'x', attachments: [{ url }] } })).toMatchObject({
        code: 'invalid_media',
      });
    }
  });

  it('leaves the id out when it is not usable', () => {
    expect(parse({ type: 'nope', id: '' })).not.toHaveProperty('id');
    expect(parse({ type: 'nope', id: 5 })).not.toHaveProperty('id');
  });
});
