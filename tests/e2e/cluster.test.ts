import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createRedis, KEEPS_DATA, startRedis } from '../../packages/hub/test/support/redis-server.ts';
import { api } from '../support/api.ts';
import { answerTo, type ClusterNode, startBalancer, startNode, startTalking, TOKEN } from '../support/cluster.ts';
import { freePort, freshHome } from '../support/home.ts';
import { built, run, until } from '../support/processes.ts';

const PERSONS = ['anna', 'ben', 'cleo', 'dan', 'eva', 'finn'];
type Talk = ReturnType<typeof startTalking>;

/** Waits until each person has had so many answers more. */
async function answersMore(talks: readonly Talk[], count: number): Promise<void> {
  const wanted = talks.map((talk) => talk.answers().length + count);
  const isThere = () => talks.every((talk, at) => talk.answers().length >= (wanted[at] ?? 0));
  await expect.poll(isThere, { timeout: 30_000 }).toBe(true);
}

const statusesOf = (nodes: readonly ClusterNode[]) =>
  Promise.all(nodes.map(async (node) => (await node.ready()).status));

it('persons behind a balancer get every answer once and in order, whatever is killed and comes back', async () => {
  const redis = await startRedis(KEEPS_DATA);
  const nodes = await Promise.all([startNode(redis.url), startNode(redis.url)]);
  const [one] = nodes;
  const balancer = await startBalancer(nodes);
  const talks = PERSONS.map((name) => startTalking(balancer, name));
  await answersMore(talks, 2);

  // In the middle of an answer, of which some has been heard.
  const { instance_id } = JSON.parse((await one?.ready())?.body ?? '{}');
  await until(() => talks.some((talk) => talk.isHalfAnsweredBy(instance_id)));
  await one?.kill();
  await answersMore(talks, 2);
  await one?.start();

  await redis.kill();
  for (const node of nodes) await expect.poll(async () => (await node.ready()).body).toContain('Redis');
  expect(await statusesOf(nodes)).toEqual([503, 503]);
  await answersMore(talks, 1);
  await redis.start();
  await expect.poll(() => statusesOf(nodes), { timeout: 20_000 }).toEqual([200, 200]);
  await answersMore(talks, 1);
  await Promise.all(talks.map((talk) => talk.stop()));

  for (const talk of talks) {
    expect(talk.answers()).toEqual(talk.asked.map(answerTo));
    const begun = talk.frames.flatMap((frame) => (frame.type === 'message.create' ? frame.payload.message_id : []));
    expect(new Set(begun).size).toBe(begun.length);
    expect(talk.numbers()).toEqual(talk.numbers().map((_, at) => at + 1));
    expect(talk.frames.filter(({ type }) => type === 'resync')).toEqual([]);
    for (const { url } of nodes) {
      const stored = async () => {
        const { body } = await api(url, TOKEN).get(`/api/sessions/${talk.sessionId}?limit=1000`);
        return (body['messages'] as { content: string }[] | undefined)?.map(({ content }) => content);
      };
      // An answer stands behind the question that came when it had been heard, and was not stored yet.
      const said = talk.asked.flatMap((question) => [question, answerTo(question)]).toSorted();
      await expect.poll(async () => (await stored())?.toSorted()).toEqual(said);
    }
  }
});

it('a node that starts while Redis is away serves alone, says so, and shares what was said as soon as Redis is there', async () => {
  const redis = await createRedis(KEEPS_DATA);
  const node = await startNode(redis.url);
  expect(JSON.parse((await node.ready()).body)).toMatchObject({
    ...{ status: 'not ready', phase: 'ready' },
    checks: { redis: { status: 'failed', message: expect.stringMatching(/^Redis /) }, channel: { status: 'ok' } },
  });
  await expect.poll(async () => (await api(node.url, TOKEN).status())['gateway_status']).toBe('running');
  const alone = startTalking({ url: `${node.url.replace('http', 'ws')}/pico/ws`, webSocket: WebSocket }, 'gus');
  await answersMore([alone], 2);
  await alone.stop();
  await redis.start();
  const other = await startNode(redis.url);
  await expect.poll(() => statusesOf([node, other])).toEqual([200, 200]);
  const there = async () => (await api(other.url, TOKEN).get(`/api/sessions/${alone.sessionId}`)).body['messages'];
  await expect.poll(there).toHaveLength(2 * alone.asked.length);
});

it('a gateway with an address of Redis that cannot be one ends with where it comes from, and never shows it', async () => {
  const gateway = run(built('gateway.js'), {
    home: freshHome(),
    env: { PICOCLAW_REDIS_URL: 'http://:hunter2@localhost', PICOCLAW_GATEWAY_PORT: String(await freePort()) },
  });
  expect(await gateway.exited).toBe(78);
  expect(gateway.output()).toMatch(/PICOCLAW_REDIS_URL: cluster\.redis_url: [^\n]+\n/);
  expect(gateway.output()).not.toContain('hunter2');
});
