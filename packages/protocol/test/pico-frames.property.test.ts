import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type ClientFrame,
  clientFrameTypes,
  encodeFrame,
  parseClientFrame,
  parseServerFrame,
  type ServerFrame,
  serverFrameTypes,
} from '../src/index.ts';
import { anyText, deepTexts, hasCleanPrototypes } from './support/any-text.ts';

const members = ['id', 'session_id', 'timestamp', 'payload', 'seq', 'content', 'media', 'ref'];
const CLIENT_CODES = ['invalid_message', 'unknown_type', 'empty_content', 'invalid_media'];

test('whatever text a client sends, it is a frame or a refusal that can be told, and nothing is thrown', () => {
  fc.assert(
    fc.property(anyText(clientFrameTypes, members), (text) => {
      const result = parseClientFrame(text);
      if (result.ok) {
        expect(clientFrameTypes).toContain(result.frame.type);
        expect(hasCleanPrototypes(result.frame)).toBe(true);
        return;
      }
      expect(CLIENT_CODES).toContain(result.code);
      expect([result.message.length > 0, result.message.length < 300]).toEqual([true, true]);
      if ('id' in result) expect(result.id).toMatch(/^[\s\S]{1,256}$/);
    }),
    { numRuns: 500 },
  );
});

test('whatever text a server sends, it is a frame or a reason to ignore it', () => {
  fc.assert(
    fc.property(anyText(serverFrameTypes, [...members, 'message_id', 'context_usage']), (text) => {
      const result = parseServerFrame(text);
      if (!result.ok) expect(['invalid_message', 'unknown_type']).toContain(result.reason);
      else {
        expect(serverFrameTypes).toContain(result.frame.type);
        expect(hasCleanPrototypes(result.frame)).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

const text = fc.string({ unit: 'grapheme' });
const named = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });
const image = fc
  .uint8Array({ minLength: 1, maxLength: 20 })
  .map((bytes) => `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`);
const attachment = fc.record(
  {
    url: fc.oneof(image, fc.stringMatching(/^\/pico\/media\/[\w-]{22}\.png$/)),
    ...{ type: text, filename: text, content_type: text, size: fc.nat() },
  },
  { requiredKeys: ['url'] },
);
/** The members of every frame, each there or not. */
const envelope = { id: named, session_id: named, timestamp: fc.nat() };
const frameOf = (type: string, payload?: fc.Arbitrary<unknown>, more: Record<string, fc.Arbitrary<unknown>> = {}) =>
  fc.record(
    { type: fc.constant(type), ...envelope, ...more, ...(payload && { payload }) },
    { requiredKeys: payload ? ['type', 'payload'] : ['type'] },
  );
const message = fc
  .record({
    content: text,
    media: fc.array(image, { maxLength: 2 }),
    attachments: fc.array(attachment, { maxLength: 2 }),
  })
  .filter(({ content, media, attachments }) => content.trim() !== '' || media.length + attachments.length > 0);

const clientFrame = fc.oneof(
  frameOf('message.send', message),
  frameOf('media.send', message),
  frameOf('message.cancel', fc.record({ message_id: text }, { requiredKeys: [] })),
  frameOf('ping'),
) as unknown as fc.Arbitrary<ClientFrame>;

test('a frame of a client is what it was after the way through its text', () => {
  fc.assert(
    fc.property(clientFrame, (frame) => {
      expect(parseClientFrame(encodeFrame(frame))).toEqual({ ok: true, frame });
    }),
    { numRuns: 500 },
  );
});

/** Of `pico.v2`; without it in `pico.v1`. */
const seq = { seq: fc.nat() };
const plain = fc
  .json({ maxDepth: 3 })
  .map((json) => JSON.parse(json) as unknown)
  .filter((value) => value !== null);
const details = {
  ...{ message_id: text, kind: text, model_name: text, placeholder: fc.boolean(), cancelled: fc.boolean() },
  ...{ tool_calls: fc.array(plain, { maxLength: 2 }), attachments: fc.array(attachment, { maxLength: 2 }) },
  ...{ context_usage: fc.dictionary(fc.stringMatching(/^\w{1,8}$/), plain, { maxKeys: 3, noNullPrototype: true }) },
};
const shown = fc.record({ ...details, content: text }, { requiredKeys: ['message_id', 'content'] });
const refusal = fc.record({ code: text, message: text, request_id: text }, { requiredKeys: ['code', 'message'] });
const serverFrame = fc.oneof(
  ...['message.create', 'message.update', 'media.create'].map((type) => frameOf(type, shown, seq)),
  frameOf('message.delete', fc.record({ message_id: text }), seq),
  frameOf('error', refusal, seq),
  ...['typing.start', 'typing.stop', 'pong'].map((type) => frameOf(type, undefined, seq)),
  frameOf('hello', fc.record({ session_id: text, instance_id: text, seq: fc.nat() }), seq),
  frameOf('ack', fc.record({ id: text, message_id: text }), seq),
  frameOf('resync', fc.record({ seq: fc.nat() }, { requiredKeys: [] }), seq),
) as unknown as fc.Arbitrary<ServerFrame>;

test('a frame of a server is what it was after the way through its text, in both versions', () => {
  fc.assert(
    fc.property(serverFrame, (frame) => {
      expect(parseServerFrame(encodeFrame(frame))).toEqual({ ok: true, frame });
    }),
    { numRuns: 500 },
  );
});

test('every type of frame has been tried', () => {
  const typesOf = (frames: fc.Arbitrary<{ type: string }>) => new Set(fc.sample(frames, 400).map(({ type }) => type));
  expect(typesOf(clientFrame)).toEqual(new Set(clientFrameTypes));
  expect(typesOf(serverFrame)).toEqual(new Set(serverFrameTypes));
});

test('what nests deep is refused to a client, and harms nobody who reads it', () => {
  for (const text of deepTexts) {
    expect(parseClientFrame(text)).toMatchObject({ ok: false, code: 'invalid_message' });
    expect(() => parseServerFrame(text)).not.toThrow();
  }
});
