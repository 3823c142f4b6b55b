import { ChannelName, parseHubServerFrame } from '@picoclaw/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHub } from '../src/index.ts';
import { formatCursor, parseCursor } from '../src/redis-cursor.ts';
import { parseEntry, publicationFields } from '../src/redis-entry.ts';
import { aSocket } from './support/a-socket.ts';

const settled = async () => {
  for (let turns = 0; turns < 3; turns += 1) await new Promise((resolve) => setImmediate(resolve));
};

const HOSTILE_NAMES = [
  '__proto__',
  'constructor',
  'toString',
  'news',
  '',
  'a'.repeat(256),
  'a'.repeat(257),
  'a\n',
  'é',
];
const name = fc.oneof(fc.constantFrom(...HOSTILE_NAMES), fc.stringMatching(/^[\w.:-]{1,256}$/), fc.jsonValue());
const message = fc.oneof(
  fc
    .record(
      {
        type: fc.oneof(fc.constantFrom('hello', 'subscribe', 'unsubscribe', 'send', 'ping', 'pong'), fc.jsonValue()),
        ...{ ref: fc.jsonValue(), channel: name, data: name, after: name, session: name },
      },
      { requiredKeys: ['type'] },
    )
    .map((frame) => JSON.stringify(frame)),
  fc.json(),
  fc.string({ unit: 'binary' }),
);

test('whatever clients say, a hub answers in frames of its own, and knows no channel that is none', async () => {
  const errors: unknown[] = [];
  const hub = createHub({
    onError: (error) => errors.push(error),
    onSend: (_connection, channel) => (channel === 'news' ? { ok: true } : { ok: false, code: 'no', message: 'No.' }),
    maxConnections: 10_000,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 4 }), async (messages) => {
      const socket = aSocket();
      const connection = hub.add(socket, { id: 'somebody' });
      for (const text of messages) socket.say(text);
      await settled();
      for (const text of socket.texts) expect([text, parseHubServerFrame(text)?.type]).not.toEqual([text, undefined]);
      for (const channel of hub.channels()) expect(ChannelName.safeParse(channel).success).toBe(true);
      hub.disconnect((one) => one === connection, 1000, 'done');
    }),
    { numRuns: 300 },
  );
  expect([errors, hub.stats().subscriptions]).toEqual([[], 0]);
  await hub.close({ graceMs: 0 });
});

const field = fc.oneof(
  fc.constantFrom(
    'origin',
    'seq',
    'hole',
    'again',
    'channel',
    'body',
    'mark',
    'start',
    'abcdefgh',
    '1',
    '__proto__',
    '',
  ),
  fc.constantFrom('"id":1', '"type":"event"', '"a":1},{"b":2', '"processId":"a b"', '"__proto__":{}', '}', '{', '"id"'),
  fc.string({ unit: 'binary' }),
);

test('whatever stands in the stream of Redis, it is an entry of ours or nothing, and can be told to clients', () => {
  const right = ['origin', 'abcdefgh', 'seq', '7', 'channel', 'news', 'body'];
  const fields = fc.oneof(
    fc.array(field, { maxLength: 12 }),
    field.map((body) => [...right, body]),
    fc.json().map((json) => [...right, json.slice(1, -1)]),
    fc.constantFrom('', ' ', '\n').map((body) => [...right, body]),
    fc.array(field, { maxLength: 4 }).map((more) => [...right, '"type":"event"', ...more]),
  );
  fc.assert(
    fc.property(fields, (all) => {
      const entry = parseEntry(['1-1', all]);
      if (entry?.kind !== 'publication') return;
      expect([Number.isSafeInteger(entry.seq), entry.seq > 0]).toEqual([true, true]);
      if (entry.channel !== undefined) expect(ChannelName.safeParse(entry.channel).success).toBe(true);
      if (entry.body === undefined) return;
      const told = JSON.parse(`{"id":"1-1",${entry.body}}`) as object;
      expect([Object.hasOwn(told, 'id'), (told as { id: unknown }).id]).toEqual([true, '1-1']);
      const place = { ...entry, kind: undefined };
      expect(parseEntry(['1-1', publicationFields({ channel: entry.channel, body: entry.body }, place)])).toEqual(
        entry,
      );
    }),
    { numRuns: 500 },
  );
});

test('whatever a client names as the last that it has, it is a place in the stream or nothing', () => {
  const number = fc.constantFrom('0', '1', '01', '-1', '9'.repeat(19), '9'.repeat(20), '1e3', '٣', '');
  const id = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .tuple(number, number, fc.array(fc.tuple(fc.stringMatching(/^\w{0,33}$/), number), { maxLength: 6 }))
      .map(([ms, count, origins]) => [`${ms}-${count}`, ...origins.flat()].join('~')),
  );
  fc.assert(
    fc.property(id, (text) => {
      const cursor = parseCursor(text);
      if (cursor === undefined) return;
      expect(parseCursor(formatCursor(cursor))).toEqual(cursor);
      expect(cursor.seen.size).toBeLessThanOrEqual(4);
    }),
    { numRuns: 500 },
  );
});
