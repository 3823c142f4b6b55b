import { describe, expect, it } from 'vitest';
import { KEEPS_DATA, LOSES_DATA, startRedis } from '../../../../packages/hub/test/support/redis-server.ts';
import { answerOf, created, messageOf, stopped, typing, updated } from '../history/support/history-folder.ts';
import { readyNode, startNode } from './support/node.ts';
import { type OpenRecord, openRecord, stopping } from './support/open-record.ts';

/** Two nodes that share a Redis, with one session open at both. */
async function aPair(args = LOSES_DATA) {
  const redis = await startRedis(args);
  const nodes = [await readyNode(redis.url), await readyNode(redis.url)] as const;
  const [here, there] = [await openRecord(nodes[0].sharing), await openRecord(nodes[1].sharing)] as const;
  const both = async (state: 'away' | 'ready') => {
    await Promise.all(nodes.map((node) => (state === 'away' ? node.untilAway() : node.untilReady())));
  };
  return { redis, nodes, here, there, both };
}

const heardBy = (open: OpenRecord) => expect.poll(open.texts);
const say = ({ record }: OpenRecord, text: string) => record.say(created(text, text));

describe('a session that is open at two nodes', () => {
  it('is heard at both, in one order, whoever speaks', async () => {
    const { here, there } = await aPair();
    const texts = Array.from({ length: 200 }, (_, index) => `${index}`);
    await Promise.all(texts.map((text, index) => say(index % 2 ? here : there, text)));
    for (const one of [here, there]) await expect.poll(() => one.texts().length).toBe(200);
    expect(here.texts()).toEqual(there.texts());
    expect(here.numbers()).toEqual(texts.map((_, index) => index + 1));
    expect(there.numbers()).toEqual(here.numbers());
    expect([...here.jumps, ...there.jumps]).toEqual([]);
  });

  it('tells whole texts of an answer that grows, also to who comes in the middle of it', async () => {
    const { redis, here, there } = await aPair();
    for (const frame of [typing, created('a', 'one'), updated('a', 'one two')]) await here.record.say(frame);
    const late = await openRecord((await readyNode(redis.url)).sharing);
    for (const frame of [updated('a', 'one two three'), stopped]) await here.record.say(frame);
    await heardBy(there).toEqual(['typing.start', 'one', 'one two', 'one two three', 'typing.stop']);
    await heardBy(late).toEqual(['one two three', 'typing.stop']);
  });

  it('is answered at one of them at a time, with what the other has said before', async () => {
    const { here, there } = await aPair();
    await here.record.addMessage(messageOf(1));
    await there.record.addMessage(messageOf(2));
    const first = await here.record.takeTurn('m1', stopping());
    let isTaken = false;
    const waiting = there.record.takeTurn('m2', stopping()).then((turn) => {
      isTaken = true;
      return turn;
    });
    await say(here, 'half');
    await heardBy(there).toEqual(['half']);
    expect(isTaken).toBe(false);
    await here.record.addAnswer(answerOf(1));
    first?.end();
    expect(await waiting).toMatchObject({ said: undefined });
    const past = (await there.record.recent(1_000)).map(({ content }) => content);
    expect(past.toSorted()).toEqual(['answer 1', 'message 1', 'message 2']);
  });

  it('takes a message that comes to both once, and one that is being answered elsewhere is broken off by either', async () => {
    const { here, there, nodes } = await aPair();
    const again = { ...messageOf(1), message_id: 'again' };
    const outcomes = await Promise.all([here.record.addMessage(messageOf(1)), there.record.addMessage(again)]);
    expect(outcomes.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set(outcomes.map(({ messageId }) => messageId)).size).toBe(1);
    for (const { contents } of nodes) await expect.poll(() => contents()).toEqual(['message 1']);
    there.record.cancelElsewhere('m1');
    there.record.cancelElsewhere(undefined);
    await expect.poll(() => here.cancelled).toEqual(['m1', undefined]);
    expect(there.cancelled).toEqual([]);
  });

  it('says nothing more of an answer that somebody else gives meanwhile, and does not store it', async () => {
    const { redis, here, nodes } = await aPair();
    await here.record.addMessage(messageOf(1));
    await here.record.takeTurn('m1', stopping());
    await say(here, 'mine');
    // As a node does that takes this one for gone.
    const client = redis.client();
    for (const key of await client.keys('picoclaw:pico:unanswered:*')) await client.del(key);
    await say(here, 'no more');
    expect(here.texts()).toEqual(['mine']);
    expect(here.taken).toEqual(['m1']);
    await here.record.addAnswer(answerOf(1));
    expect(await nodes[0].contents()).toEqual(['message 1']);
  });

  it('is deleted at both', async () => {
    const { here, there, nodes } = await aPair();
    await here.record.addMessage(messageOf(1));
    await expect.poll(() => nodes[1].contents()).toEqual(['message 1']);
    for (const { record } of [here, there]) await record.release();
    expect(await nodes[0].sharing.history.delete('talk')).toBe(true);
    await expect.poll(() => nodes[1].contents()).toBeUndefined();
    expect(nodes[1].deleted).toEqual(['talk']);
  });
});

describe('while Redis is away', () => {
  it('goes on at its node, and the other hears it afterwards under the same numbers', async () => {
    const { redis, here, there, nodes, both } = await aPair(KEEPS_DATA);
    await say(here, 'before');
    await heardBy(there).toEqual(['before']);
    await redis.kill();
    await both('away');
    await say(here, 'meanwhile');
    await here.record.addMessage(messageOf(1));
    await here.record.addAnswer(answerOf(1));
    expect(here.texts()).toEqual(['before', 'meanwhile']);
    expect(await nodes[0].contents()).toEqual(['message 1', 'answer 1']);
    expect(there.record.isAllHeard(2)).toBe(false);
    await redis.start();
    await both('ready');
    await heardBy(there).toEqual(['before', 'meanwhile']);
    await say(there, 'after');
    await heardBy(here).toEqual(['before', 'meanwhile', 'after']);
    expect(here.numbers()).toEqual([1, 2, 3]);
    expect(there.numbers()).toEqual([1, 2, 3]);
    await expect.poll(() => nodes[1].contents()).toEqual(['message 1', 'answer 1']);
    expect([...here.jumps, ...there.jumps]).toEqual([]);
  });

  it('takes a Redis that has forgotten its scripts for one that was away, and hands them over again', async () => {
    const { redis, here, there, both } = await aPair();
    await say(here, 'before');
    await heardBy(there).toEqual(['before']);
    const client = redis.client();
    await client.script('FLUSH');
    await say(here, 'meanwhile');
    await both('ready');
    await heardBy(there).toEqual(['before', 'meanwhile']);
    await say(there, 'after');
    await heardBy(here).toEqual(['before', 'meanwhile', 'after']);
    expect([...here.jumps, ...there.jumps]).toEqual([]);
    expect(await client.info('commandstats')).not.toContain('cmdstat_eval:');
  });

  it('tells clients of both nodes to read the history again when both went on, and each has the messages of the other', async () => {
    const { redis, here, there, nodes, both } = await aPair(KEEPS_DATA);
    await say(here, 'before');
    await heardBy(there).toEqual(['before']);
    await redis.kill();
    await both('away');
    await Promise.all([say(here, 'here'), say(there, 'there')]);
    await here.record.addMessage(messageOf(1));
    await there.record.addMessage(messageOf(2));
    expect(await there.record.framesAfter(2)).toEqual({ ok: false });
    await redis.start();
    await both('ready');
    for (const one of [here, there]) await expect.poll(() => one.jumps.length).toBe(1);
    await say(here, 'after');
    await heardBy(here).toEqual(['before', 'here', 'after']);
    await heardBy(there).toEqual(['before', 'there', 'after']);
    expect(here.numbers().at(-1)).toBe(there.numbers().at(-1));
    expect(await here.record.framesAfter(2)).toEqual({ ok: false });
    for (const { contents } of nodes)
      await expect.poll(async () => (await contents())?.toSorted()).toEqual(['message 1', 'message 2']);
  });

  it('hands in what was said in a session that was closed, opened again and closed meanwhile', async () => {
    const { redis, here, there, nodes, both } = await aPair(KEEPS_DATA);
    await say(here, 'before');
    await heardBy(there).toEqual(['before']);
    await redis.kill();
    await both('away');
    await here.record.release();
    const again = await openRecord(nodes[0].sharing);
    await say(again, 'meanwhile');
    await again.record.release();
    await redis.start();
    await both('ready');
    await heardBy(there).toEqual(['before', 'meanwhile']);
    expect(there.jumps).toEqual([]);
  });

  it('begins again with a Redis that has lost everything, and answers what it was asked', async () => {
    const { redis, here, there, both } = await aPair(LOSES_DATA);
    await say(here, 'before');
    await here.record.addMessage(messageOf(1));
    await heardBy(there).toEqual(['before']);
    await redis.kill();
    await both('away');
    await redis.start();
    await both('ready');
    for (const one of [here, there]) await expect.poll(() => one.jumps.length).toBe(1);
    expect(await here.record.takeTurn('m1', stopping())).toBeDefined();
    await say(here, 'after');
    await heardBy(there).toEqual(['before', 'after']);
    expect(here.numbers().at(-1)).toBe(there.numbers().at(-1));
  });

  it('keeps what is to be handed in over an end of the gateway, and answers it without waiting for Redis', async () => {
    const redis = await startRedis(KEEPS_DATA);
    const first = await readyNode(redis.url);
    const open = await openRecord(first.sharing);
    await redis.kill();
    await first.untilAway();
    await open.record.addMessage(messageOf(1));
    await open.record.release();
    await first.end();
    const second = await startNode(redis.url, first.folder);
    await expect.poll(() => second.waiting).toEqual(['talk']);
    const again = await openRecord(second.sharing);
    expect(again.asked.map(({ message_id }) => message_id)).toEqual(['m1']);
    await redis.start();
    await second.untilReady();
    const other = await readyNode(redis.url);
    await expect.poll(() => other.contents()).toEqual(['message 1']);
  });
});
