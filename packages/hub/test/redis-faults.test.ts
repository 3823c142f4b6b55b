import { describe, expect, it } from 'vitest';
import { bodyOf, CHANNEL, missedTexts, openNode, type RedisNode, readyNode } from './support/redis-node.ts';
import { freePort, type RedisServer, startRedis } from './support/redis-server.ts';
import { layCable } from './support/tcp-cable.ts';

const KEY = 'picoclaw:hub';
const numbered = (name: string, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `${name}${from + index}`);

/** A node whose way to Redis can be cut without that of others. */
async function cabledNode(
  redis: RedisServer,
  options = {},
): Promise<RedisNode & { cut(): Promise<void>; mend(): void }> {
  const cable = await layCable(redis.port);
  const node = await readyNode(cable.url, options);
  const cut = async () => {
    cable.cut();
    await node.untilDetached();
  };
  return { ...node, cut, mend: cable.mend };
}

describe('a node that was away from Redis alone', () => {
  it('gets what the others published meanwhile, and they get its own', async () => {
    const redis = await startRedis();
    const [a, b] = [await cabledNode(redis), await readyNode(redis.url)];
    await a.cut();
    for (const text of ['a1', 'a2']) a.say(text);
    for (const text of ['b1', 'b2']) b.say(text);
    await b.untilHeard('b2');
    a.mend();
    await Promise.all([a.untilHeard('b2'), b.untilHeard('a2')]);
    expect(a.texts()).toEqual(['a1', 'a2', 'b1', 'b2']);
    expect(b.texts()).toEqual(['b1', 'b2', 'a1', 'a2']);
  });

  it('gets what Redis has lost before it could read it', async () => {
    const redis = await startRedis();
    const [a, b] = [await readyNode(redis.url), await cabledNode(redis)];
    await b.cut();
    for (const text of ['a1', 'a2']) a.say(text);
    await a.untilHeard('a2');
    await redis.kill();
    await a.untilDetached();
    await redis.start();
    await a.untilReady();
    b.mend();
    await b.untilHeard('a2');
    expect(b.texts()).toEqual(['a1', 'a2']);
    expect(a.texts()).toEqual(['a1', 'a2']);
  });

  it('lets its clients resume anywhere without a repetition, also from ids it gave while it caught up', async () => {
    const redis = await startRedis();
    const [a, b] = [await cabledNode(redis), await readyNode(redis.url)];
    await a.cut();
    for (const text of ['a1', 'a2']) a.say(text);
    b.say('b1');
    await b.untilHeard('b1');
    a.mend();
    await Promise.all([a.untilHeard('b1'), b.untilHeard('a2')]);
    a.say('a3');
    await Promise.all([a.untilHeard('a3'), b.untilHeard('a3')]);
    const fresh = await readyNode(redis.url);
    for (const node of [a, b, fresh]) {
      expect(missedTexts(node.backplane.since(CHANNEL, a.idOf('a1')))).toEqual(['b1', 'a2', 'a3']);
      expect(missedTexts(node.backplane.since(CHANNEL, a.idOf('a2')))).toEqual(['b1', 'a3']);
      expect(missedTexts(node.backplane.since(CHANNEL, a.idOf('b1')))).toEqual(['a3']);
      expect(missedTexts(node.backplane.since(CHANNEL, a.idOf('a3')))).toEqual([]);
    }
  });

  it('gives replayed publications ids from which the next replay goes on, on another node too', async () => {
    const redis = await startRedis();
    const [a, b] = [await cabledNode(redis), await readyNode(redis.url)];
    b.say('b1');
    await Promise.all([a.untilHeard('b1'), b.untilHeard('b1')]);
    await a.cut();
    for (const text of ['a1', 'a2', 'a3']) a.say(text);
    const missed = a.backplane.since(CHANNEL, b.idOf('b1'));
    const ids = missed.ok ? missed.publications.map(({ id }) => id) : [];
    expect(missedTexts(missed)).toEqual(['a1', 'a2', 'a3']);
    a.mend();
    await b.untilHeard('a3');
    expect(missedTexts(b.backplane.since(CHANNEL, ids[0] ?? ''))).toEqual(['a2', 'a3']);
    expect(missedTexts(b.backplane.since(CHANNEL, ids[2] ?? ''))).toEqual([]);
  });

  it('says what it can to a client that comes from a node which has read further', async () => {
    const redis = await startRedis();
    const [a, b] = [await cabledNode(redis), await readyNode(redis.url)];
    await a.cut();
    b.say('b1');
    await b.untilHeard('b1');
    // All that it has read is before that.
    expect(missedTexts(a.backplane.since(CHANNEL, b.idOf('b1')))).toEqual([]);
    a.say('a1');
    // Who knows whether that has reached the stream, and the client by the other node?
    expect(missedTexts(a.backplane.since(CHANNEL, b.idOf('b1')))).toBe('unknown');
  });

  it('knows that it missed something when Redis has let go of it meanwhile', async () => {
    const redis = await startRedis();
    const options = { maxStreamLength: 100 };
    const [a, b] = [await cabledNode(redis, options), await readyNode(redis.url, options)];
    b.say('before');
    await Promise.all([a.untilHeard('before'), b.untilHeard('before')]);
    await a.cut();
    a.say('a1');
    for (const text of numbered('b', 1, 400)) b.say(text);
    await b.untilHeard('b400');
    a.mend();
    await Promise.all([a.untilHeard('b400'), b.untilHeard('a1')]);
    expect(a.texts()).not.toContain('b1');
    expect(missedTexts(a.backplane.since('quiet', a.idOf('before')))).toBe('unknown');
    expect(missedTexts(a.backplane.since('quiet', a.idOf('b400')))).toEqual([]);
    expect(missedTexts(b.backplane.since('quiet', b.idOf('before')))).toEqual([]);
  });

  it('hands in nothing again that Redis has let go of in the ordinary way', async () => {
    const redis = await startRedis();
    const options = { maxStreamLength: 100 };
    const [a, b] = [await cabledNode(redis, options), await readyNode(redis.url, options)];
    a.say('a1');
    // Else it may be what is handed in again, because Redis never had it.
    await Promise.all([a.untilHeard('a1'), b.untilHeard('a1')]);
    for (const text of numbered('b', 1, 400)) b.say(text);
    await Promise.all([a.untilHeard('b400'), b.untilHeard('b400')]);
    await a.cut();
    for (const text of numbered('b', 401, 800)) b.say(text);
    await b.untilHeard('b800');
    a.mend();
    await a.untilHeard('b800');
    a.say('a2');
    await Promise.all([a.untilHeard('a2'), b.untilHeard('a2')]);
    const texts = (await redis.client().xrange(KEY, '-', '+')).map(([, fields]) => fields.at(-1));
    expect(texts).toContain(bodyOf('a2'));
    expect(texts).not.toContain(bodyOf('a1'));
  });
});

describe('a Redis whose clock has gone back', () => {
  /** A publication of some node of long ago, or of a day to come. */
  const forge = (redis: RedisServer, at: string, text: string, seq = 1) =>
    redis.client().xadd(KEY, at, 'origin', 'forgery1', 'seq', seq, 'channel', CHANNEL, 'body', bodyOf(text));

  it('goes on after the positions that were given out before', async () => {
    const redis = await startRedis();
    const [a, b] = [await readyNode(redis.url), await readyNode(redis.url)];
    const future = Date.now() + 3_600_000;
    await forge(redis, `${future}-0`, 'tomorrow');
    await Promise.all([a.untilHeard('tomorrow'), b.untilHeard('tomorrow')]);
    a.say('a1');
    await Promise.all([a.untilHeard('a1'), b.untilHeard('a1')]);
    await redis.kill();
    await Promise.all([a.untilDetached(), b.untilDetached()]);
    a.say('a2');
    await redis.start();
    await Promise.all([a.untilReady(), b.untilReady(), b.untilHeard('a2')]);
    b.say('b1');
    await Promise.all([a.untilHeard('b1'), b.untilHeard('b1')]);
    expect(b.texts()).toEqual(['tomorrow', 'a1', 'a2', 'b1']);
    expect(a.texts()).toEqual(b.texts());
    for (const node of [a, b]) {
      expect(missedTexts(node.backplane.since(CHANNEL, a.idOf('a1')))).toEqual(['a2', 'b1']);
      expect(missedTexts(node.backplane.since(CHANNEL, a.idOf('b1')))).toEqual([]);
    }
  });

  it('lets a node find what others put where it had been already, and admit that it cannot resume across it', async () => {
    const redis = await startRedis();
    const a = await cabledNode(redis);
    a.say('a1');
    await a.untilHeard('a1');
    await a.cut();
    await redis.client().del(KEY);
    await forge(redis, '5-0', 'late', 1);
    await forge(redis, '6-0', 'later', 2);
    a.mend();
    await Promise.all([a.untilHeard('later'), a.untilReady()]);
    expect(a.texts()).toEqual(['a1', 'late', 'later']);
    expect(new Set(a.received.map(({ id }) => id)).size).toBe(3);
    expect(missedTexts(a.backplane.since(CHANNEL, a.idOf('a1')))).toBe('unknown');
    expect(missedTexts(a.backplane.since(CHANNEL, a.idOf('late')))).toBe('unknown');
    a.say('a2');
    await a.untilHeard('a2');
    a.say('a3');
    await a.untilHeard('a3');
    expect(missedTexts(a.backplane.since(CHANNEL, a.idOf('a2')))).toEqual(['a3']);
  });
});

describe('entries that are not ours', () => {
  const valid = { origin: 'stranger1', seq: '1', channel: CHANNEL, body: bodyOf('valid') };
  it.each<[string, Record<string, string>]>([
    ['without anything known', { x: 'y' }],
    ['without an origin', { ...valid, origin: '' }],
    ['with an origin that would break ids', { ...valid, origin: 'stranger~1' }],
    ['with a number that is none', { ...valid, seq: '-1' }],
    ['with a number beyond what can be counted', { ...valid, seq: '9'.repeat(20) }],
    ['with a channel name outside the grammar', { ...valid, channel: 'no spaces' }],
    ['with a channel name of 257 characters', { ...valid, channel: 'x'.repeat(257) }],
    ['with a body that is not JSON', { ...valid, body: '"text":' }],
    ['with a body that ends the message early', { ...valid, body: '"text":1},{"text":2' }],
    ['with a body that has an id', { ...valid, body: '"id":"1-1"' }],
    ['with a process id outside the grammar', { ...valid, body: '"processId":"a:b"' }],
    ['with a body over the limit', { ...valid, body: bodyOf('x'.repeat(70_000)) }],
  ])('are ignored and counted: %s', async (_title, fields) => {
    const redis = await startRedis();
    const node = await readyNode(redis.url);
    await redis.client().xadd(KEY, '*', ...Object.entries(fields).flat());
    node.say('mine');
    await node.untilHeard('mine');
    expect(node.texts()).toEqual(['mine']);
    expect(node.logged.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ code: 'redis_entry_ignored', count: 1 }),
    );
  });

  it('are told to the log the 1st, 2nd, 4th and 8th time, not each time', async () => {
    const redis = await startRedis();
    const node = await readyNode(redis.url);
    const client = redis.client();
    for (let count = 1; count <= 9; count += 1) await client.xadd(KEY, '*', 'x', 'y');
    node.say('mine');
    await node.untilHeard('mine');
    const counts = node.logged.map((line) => JSON.parse(line)).filter(({ code }) => code === 'redis_entry_ignored');
    expect(counts.map(({ count }) => count)).toEqual([1, 2, 4, 8]);
  });

  it('cannot speak for a node that it is not', async () => {
    const redis = await startRedis();
    const node = await readyNode(redis.url);
    node.say('a1');
    await node.untilHeard('a1');
    const client = redis.client();
    const [, fields = []] = (await client.xrevrange(KEY, '+', '-', 'COUNT', 1))[0] ?? [];
    const origin = fields[fields.indexOf('origin') + 1] ?? '';
    await client.xadd(KEY, '*', 'origin', origin, 'seq', '2', 'channel', CHANNEL, 'body', bodyOf('forged'));
    node.say('a2');
    await node.untilHeard('a2');
    expect(node.texts()).toEqual(['a1', 'a2']);
  });
});

describe('a publication that is too large for the stream', () => {
  it('is delivered on its own node in its place, and others know that they miss something', async () => {
    const redis = await startRedis();
    const [a, b] = [await readyNode(redis.url), await readyNode(redis.url)];
    const large = 'x'.repeat(100_000);
    for (const text of ['a1', large, 'a2', 'a3']) a.say(text);
    await Promise.all([a.untilHeard('a3'), b.untilHeard('a3')]);
    const short = (texts: string[] | 'unknown') =>
      texts === 'unknown' ? texts : texts.map((text) => text.slice(0, 5));
    expect(short(a.texts())).toEqual(['a1', 'xxxxx', 'a2', 'a3']);
    expect(short(b.texts())).toEqual(['a1', 'a2', 'a3']);
    expect(short(missedTexts(a.backplane.since(CHANNEL, a.idOf('a1'))))).toEqual(['xxxxx', 'a2', 'a3']);
    expect(missedTexts(b.backplane.since(CHANNEL, b.idOf('a1')))).toBe('unknown');
    expect(missedTexts(b.backplane.since(CHANNEL, b.idOf('a2')))).toEqual(['a3']);
  });
});

describe('a receiver that publishes', () => {
  it('gets everything in the order of publication while there is no Redis', async () => {
    const node = openNode(`redis://127.0.0.1:${await freePort()}`);
    await node.until(() => node.logged.length > 0);
    const heard: string[] = [];
    // The texts of a first and a second generation, each published while another one is being delivered.
    const children: Record<string, string[]> = { first: ['a', 'b'], a: ['aa', 'ab'], b: ['ba', 'bb'] };
    node.whenHeard((text) => {
      heard.push(text);
      for (const child of children[text] ?? []) node.say(child);
    });
    node.say('first');
    expect(heard).toEqual(['first', 'a', 'b', 'aa', 'ab', 'ba', 'bb']);
  });
});
