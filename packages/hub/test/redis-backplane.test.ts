import { describe, expect, it } from 'vitest';
import { bodyOf, CHANNEL, missedTexts, openNode, readyNode } from './support/redis-node.ts';
import { createRedis, KEEPS_DATA, LOSES_DATA, startRedis } from './support/redis-server.ts';

const numbered = (name: string, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `${name}${from + index}`);

describe('two nodes with one Redis', () => {
  it('carries publications both ways, in order, and each comes once', async () => {
    const redis = await startRedis();
    const [a, b] = [await readyNode(redis.url), await readyNode(redis.url)];
    for (const text of numbered('a', 1, 50)) a.say(text);
    await Promise.all([a.untilHeard('a50'), b.untilHeard('a50')]);
    for (const text of numbered('b', 1, 50)) b.say(text);
    await Promise.all([a.untilHeard('b50'), b.untilHeard('b50')]);
    expect(a.texts()).toEqual([...numbered('a', 1, 50), ...numbered('b', 1, 50)]);
    expect(b.received).toEqual(a.received);
  });

  it('gives publications of both at once the same order on both, and ids that are never used twice', async () => {
    const redis = await startRedis();
    const [a, b] = [await readyNode(redis.url), await readyNode(redis.url)];
    for (let round = 1; round <= 40; round += 1) {
      for (const text of numbered(`a${round}-`, 1, 10)) a.say(text);
      for (const text of numbered(`b${round}-`, 1, 10)) b.say(text);
      await new Promise(setImmediate);
    }
    await Promise.all([a, b].map((node) => node.until(() => node.received.length === 800)));
    expect(a.received).toEqual(b.received);
    expect(new Set(a.received.map(({ id }) => id)).size).toBe(800);
    const ofA = a.texts().filter((text) => text.startsWith('a'));
    expect(ofA).toEqual(Array.from({ length: 40 }, (_, round) => numbered(`a${round + 1}-`, 1, 10)).flat());
  });

  it('carries what is for everybody, without a channel', async () => {
    const redis = await startRedis();
    const [a, b] = [await readyNode(redis.url), await readyNode(redis.url)];
    a.backplane.publish({ channel: undefined, body: bodyOf('all') });
    await Promise.all([a.untilHeard('all'), b.untilHeard('all')]);
    expect(b.received).toEqual([{ channel: undefined, body: bodyOf('all'), id: a.idOf('all') }]);
  });

  it('keeps hubs of another prefix apart', async () => {
    const redis = await startRedis();
    const [a, stranger] = [await readyNode(redis.url), await readyNode(redis.url, { prefix: 'other' })];
    a.say('private');
    stranger.say('elsewhere');
    await Promise.all([a.untilHeard('private'), stranger.untilHeard('elsewhere')]);
    expect([a.texts(), stranger.texts()]).toEqual([['private'], ['elsewhere']]);
  });
});

describe.each([
  ['and its data is lost', LOSES_DATA],
  ['and its data is kept', KEEPS_DATA],
])('when Redis is killed and started again %s', (_title, args) => {
  it('goes on delivering on each node, and hands over what the other one missed, in order and once', async () => {
    const redis = await startRedis(args);
    const [a, b] = [await readyNode(redis.url), await readyNode(redis.url)];
    for (const text of numbered('a', 1, 20)) a.say(text);
    await Promise.all([a.untilHeard('a20'), b.untilHeard('a20')]);
    await redis.kill();
    await Promise.all([a.untilDetached(), b.untilDetached()]);
    for (const text of numbered('a', 21, 40)) a.say(text);
    for (const text of numbered('b', 1, 20)) b.say(text);
    expect(a.texts()).toEqual(numbered('a', 1, 40));
    expect(b.texts()).toEqual([...numbered('a', 1, 20), ...numbered('b', 1, 20)]);
    await redis.start();
    await Promise.all([a.untilHeard('b20'), b.untilHeard('a40')]);
    await Promise.all([a.untilReady(), b.untilReady()]);
    a.say('a41');
    b.say('b21');
    await Promise.all([a, b].map((node) => node.until(() => node.received.length === 62)));
    for (const node of [a, b]) {
      expect(node.texts().filter((text) => text.startsWith('a'))).toEqual(numbered('a', 1, 41));
      expect(node.texts().filter((text) => text.startsWith('b'))).toEqual(numbered('b', 1, 21));
      expect(new Set(node.received.map(({ id }) => id)).size).toBe(62);
    }
  });

  it('loses nothing that was on its way at that moment, whoever had already seen it', async () => {
    const redis = await startRedis(args);
    const [a, b] = [await readyNode(redis.url), await readyNode(redis.url)];
    for (const text of numbered('a', 1, 200)) a.say(text);
    await b.untilHeard('a1');
    await redis.kill();
    for (const text of numbered('a', 201, 220)) a.say(text);
    await a.untilHeard('a220');
    await redis.start();
    await b.untilHeard('a220');
    expect(a.texts()).toEqual(numbered('a', 1, 220));
    expect(b.texts()).toEqual(numbered('a', 1, 220));
  });

  it('resumes ids from before, from meanwhile and from after, on either node, and on one that comes later', async () => {
    const redis = await startRedis(args);
    const [a, b] = [await readyNode(redis.url), await readyNode(redis.url)];
    a.say('before');
    await Promise.all([a.untilHeard('before'), b.untilHeard('before')]);
    const before = a.idOf('before');
    await redis.kill();
    await Promise.all([a.untilDetached(), b.untilDetached()]);
    for (const text of ['a1', 'a2', 'a3']) a.say(text);
    b.say('b1');
    expect(missedTexts(a.backplane.since(CHANNEL, a.idOf('a1')))).toEqual(['a2', 'a3']);
    expect(missedTexts(a.backplane.since(CHANNEL, before))).toEqual(['a1', 'a2', 'a3']);
    await redis.start();
    await Promise.all([a.untilHeard('b1'), b.untilHeard('a3')]);
    await Promise.all([a.untilReady(), b.untilReady()]);
    a.say('after');
    await Promise.all([a.untilHeard('after'), b.untilHeard('after')]);
    const sorted = (node: typeof a, after: string) => {
      const texts = missedTexts(node.backplane.since(CHANNEL, after));
      return texts === 'unknown' ? texts : texts.sort();
    };
    for (const node of [a, b, await readyNode(redis.url)]) {
      const isLater = node !== a && node !== b;
      // A stream that began again cannot tell a newcomer what was before it.
      const known = isLater && args === LOSES_DATA ? 'unknown' : undefined;
      expect(sorted(node, before)).toEqual(known ?? ['a1', 'a2', 'a3', 'after', 'b1']);
      expect(sorted(node, a.idOf('a2'))).toEqual(known ?? ['a3', 'after', 'b1']);
      expect(sorted(node, b.idOf('b1'))).toEqual(known ?? ['a1', 'a2', 'a3', 'after']);
      expect(sorted(node, a.idOf('after'))).toEqual([]);
    }
  });
});

describe('resuming', () => {
  it('gives on another node what came after the id, and ids to go on from there', async () => {
    const redis = await startRedis();
    const [a, b] = [await readyNode(redis.url), await readyNode(redis.url)];
    const start = a.backplane.latestId(CHANNEL);
    for (const text of numbered('a', 1, 5)) a.say(text);
    a.say('elsewhere', 'other');
    await Promise.all([a.untilHeard('elsewhere'), b.untilHeard('elsewhere')]);
    const missed = b.backplane.since(CHANNEL, a.idOf('a2'));
    expect(missedTexts(missed)).toEqual(['a3', 'a4', 'a5']);
    const third = missed.ok ? (missed.publications[0]?.id ?? '') : '';
    expect(missedTexts(a.backplane.since(CHANNEL, third))).toEqual(['a4', 'a5']);
    expect(missedTexts(b.backplane.since(CHANNEL, start))).toEqual(numbered('a', 1, 5));
    expect(missedTexts(b.backplane.since(CHANNEL, b.backplane.latestId(CHANNEL)))).toEqual([]);
  });

  it('works on a node that started later, which itself delivers nothing of the past', async () => {
    const redis = await startRedis();
    const a = await readyNode(redis.url);
    for (const text of numbered('a', 1, 5)) a.say(text);
    await a.untilHeard('a5');
    const fresh = await readyNode(redis.url);
    expect(fresh.received).toEqual([]);
    expect(missedTexts(fresh.backplane.since(CHANNEL, a.idOf('a3')))).toEqual(['a4', 'a5']);
  });

  it('knows what was published before Redis was found for the first time', async () => {
    const redis = await createRedis();
    const a = openNode(redis.url);
    const start = a.backplane.latestId(CHANNEL);
    a.say('early');
    a.say('bird');
    expect(missedTexts(a.backplane.since(CHANNEL, start))).toEqual(['early', 'bird']);
    await redis.start();
    await a.untilReady();
    const b = await readyNode(redis.url);
    a.say('late');
    await Promise.all([a.untilHeard('late'), b.untilHeard('late')]);
    expect(missedTexts(a.backplane.since(CHANNEL, a.idOf('early')))).toEqual(['bird', 'late']);
    expect(missedTexts(b.backplane.since(CHANNEL, a.idOf('early')))).toBe('unknown');
  });

  it('says that it cannot know when more was missed than is kept', async () => {
    const redis = await startRedis();
    const limits = { maxMessages: 3, maxBytes: 1_000_000, maxAgeMs: 1_000_000 };
    const [a, b] = [await readyNode(redis.url, { limits }), await readyNode(redis.url, { limits })];
    for (const text of numbered('a', 1, 6)) a.say(text);
    await Promise.all([a.untilHeard('a6'), b.untilHeard('a6')]);
    expect(missedTexts(b.backplane.since(CHANNEL, a.idOf('a2')))).toBe('unknown');
    expect(missedTexts(b.backplane.since(CHANNEL, a.idOf('a3')))).toEqual(['a4', 'a5', 'a6']);
  });

  it('says so on every node when a node published more without Redis than it could keep', async () => {
    const redis = await startRedis(KEEPS_DATA);
    const limits = { maxMessages: 3, maxBytes: 1_000_000, maxAgeMs: 1_000_000 };
    const [a, b] = [await readyNode(redis.url, { limits }), await readyNode(redis.url, { limits })];
    b.say('before');
    await Promise.all([a.untilHeard('before'), b.untilHeard('before')]);
    await redis.kill();
    await a.untilDetached();
    for (const text of numbered('a', 1, 9)) a.say(text);
    await redis.start();
    await b.untilHeard('a9');
    expect(b.texts()).toEqual(['before', 'a7', 'a8', 'a9']);
    await Promise.all([a.untilReady(), b.untilReady()]);
    b.say('after');
    await Promise.all([a.untilHeard('after'), b.untilHeard('after')]);
    for (const node of [a, b]) {
      expect(missedTexts(node.backplane.since(CHANNEL, b.idOf('before')))).toBe('unknown');
      expect(missedTexts(node.backplane.since('quiet', b.idOf('before')))).toBe('unknown');
      expect(missedTexts(node.backplane.since(CHANNEL, b.idOf('a8')))).toEqual(['a9', 'after']);
    }
  });

  it.each([
    'garbage',
    '',
    '0-0',
    '-',
    'aB3-17',
    '9999999999999999-0',
    '1-1~',
    '1-1~abcdefgh',
    `1-1${'~abcdefgh~1'.repeat(5)}`,
    `${'1'.repeat(30)}-0`,
  ])('cannot know what came after the foreign id "%s"', async (id) => {
    const redis = await startRedis();
    const a = await readyNode(redis.url);
    a.say('something');
    await a.untilHeard('something');
    expect(a.backplane.since(CHANNEL, id)).toEqual({ ok: false });
  });
});
