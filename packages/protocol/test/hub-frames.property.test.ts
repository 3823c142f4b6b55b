import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  ChannelName,
  type HubClientFrame,
  HubServerFrame,
  ProcessId,
  parseHubClientFrame,
  parseHubServerFrame,
} from '../src/index.ts';
import { anyText, deepTexts, hasCleanPrototypes } from './support/any-text.ts';

const members = ['ref', 'channel', 'data', 'after', 'session', 'id', 'time', 'processId', 'code', 'message', 'offset'];
const clientTypes = ['hello', 'subscribe', 'unsubscribe', 'send', 'ping', 'pong'];
const serverTypes = HubServerFrame.def.options.flatMap((option) => option.shape.type.def.values as readonly string[]);

test('whatever text a client sends to a hub, it is a frame or a refusal with the number of its request', () => {
  fc.assert(
    fc.property(anyText(clientTypes, members), (text) => {
      const result = parseHubClientFrame(text);
      if (result.ok) {
        expect(clientTypes).toContain(result.frame.type);
        expect(hasCleanPrototypes(result.frame)).toBe(true);
        return;
      }
      expect(['invalid_message', 'unknown_type']).toContain(result.code);
      expect([result.message.length > 0, result.message.length < 300]).toEqual([true, true]);
      if ('ref' in result) expect(['string', 'number']).toContain(typeof result.ref);
    }),
    { numRuns: 500 },
  );
});

test('whatever text a hub sends, it is a frame or nothing', () => {
  fc.assert(
    fc.property(anyText(serverTypes, members), (text) => {
      const frame = parseHubServerFrame(text);
      if (frame === undefined) return;
      expect(serverTypes).toContain(frame.type);
      expect(hasCleanPrototypes(frame)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

const channel = fc.stringMatching(/^[\w.:-]{1,256}$/);
const ref = fc.oneof(fc.string({ maxLength: 256 }), fc.integer());
const data = fc.jsonValue({ maxDepth: 3 }).filter((value) => !JSON.stringify(value).includes('__proto__'));
const clientFrame = fc.oneof(
  fc.record({ type: fc.constant('hello'), ref, session: fc.string({ maxLength: 64 }) }, { requiredKeys: ['type'] }),
  fc.record({ type: fc.constant('subscribe'), ref, channel, data, after: channel }, { requiredKeys: ['type'] }),
  fc.record({ type: fc.constant('unsubscribe'), ref, channel, data }, { requiredKeys: ['type'] }),
  fc.record({ type: fc.constant('send'), ref, channel, data }, { requiredKeys: ['type', 'ref', 'channel'] }),
  fc.record({ type: fc.constant('ping'), ref }, { requiredKeys: ['type'] }),
  fc.record({ type: fc.constant('pong') }),
) as fc.Arbitrary<HubClientFrame>;

test('a frame of a hub’s client is what it was after the way through its text', () => {
  fc.assert(
    fc.property(clientFrame, (frame) => {
      expect(parseHubClientFrame(JSON.stringify(frame))).toEqual({
        ok: true,
        frame: JSON.parse(JSON.stringify(frame)),
      });
    }),
    { numRuns: 500 },
  );
});

test('a channel name is what its grammar says, whatever else a text has in it', () => {
  const nearly = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .tuple(channel, fc.constantFrom('\n', '\r\n', '\0', ' ', '/', '*', 'é', '\u2028', ''))
      .map((parts) => parts.join('')),
    fc.tuple(channel, channel).map((parts) => parts.join('')),
    fc.constantFrom('', '__proto__', 'constructor', '..', '.'),
  );
  const grammar = new Set('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:');
  fc.assert(
    fc.property(nearly, (name) => {
      const isOne = name.length >= 1 && name.length <= 256 && [...name].every((letter) => grammar.has(letter));
      expect(ChannelName.safeParse(name).success).toBe(isOne);
      expect(ProcessId.safeParse(name).success).toBe(isOne && name.length <= 128 && !name.includes(':'));
    }),
    { numRuns: 500 },
  );
});

test('what nests deep is refused to a client, and harms nobody who reads it', () => {
  for (const text of deepTexts) {
    expect(parseHubClientFrame(text)).toMatchObject({ ok: false, code: 'invalid_message' });
    expect(() => parseHubServerFrame(text)).not.toThrow();
  }
});
