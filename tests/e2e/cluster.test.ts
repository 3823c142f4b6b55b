import { expect, it } from 'vitest';
import { KEEPS_DATA, startRedis } from '../../packages/hub/test/support/redis-server.ts';
import { api } from '../support/api.ts';
import { answerTo, type ClusterNode, startBalancer, startNode, startTalking, TOKEN } from '../support/cluster.ts';
import { until } from '../support/processes.ts';

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
