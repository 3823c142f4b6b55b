import { expect, it } from 'vitest';
import { createAnswerQueue } from '../../src/channel/answer-queue.ts';

/** A queue whose answers end when the test says so, or when they are broken off. */
function aQueue() {
  const asked: { readonly name: string; readonly signal: AbortSignal }[] = [];
  const releases: (() => void)[] = [];
  let idle = 0;
  const queue = createAnswerQueue<{ readonly ids: readonly string[] }>({
    answer: async ({ ids: [name = ''] }, signal) => {
      asked.push({ name, signal });
      if (signal.aborted) return;
      await new Promise<void>((resolve) => {
        releases.push(resolve);
        signal.addEventListener('abort', () => resolve());
      });
    },
    onIdle: () => {
      idle += 1;
    },
  });
  const push = (...ids: string[]) => queue.push({ ids });
  return {
    queue,
    push,
    asked,
    names: () => asked.map(({ name }) => name),
    release: () => releases.shift()?.(),
    idle: () => idle,
  };
}

it('answers one after the other, in the order in which they came', async () => {
  const { queue, push, names, release, idle } = aQueue();
  for (const name of ['one', 'two']) push(name);
  expect([names(), queue.waitingCount, queue.isIdle]).toEqual([['one'], 1, false]);
  release();
  await expect.poll(names).toEqual(['one', 'two']);
  release();
  await expect.poll(idle).toBe(1);
  expect(queue.isIdle).toBe(true);
});

it('breaks the running answer off by no name, or by any of its names', async () => {
  const { queue, push, asked, names } = aQueue();
  push('one', 'alias of one');
  push('two');
  queue.cancel('nobody');
  expect(asked[0]?.signal.aborted).toBe(false);
  queue.cancel('alias of one');
  expect(asked[0]?.signal.reason).toBe('cancelled');
  await expect.poll(names).toEqual(['one', 'two']);
  queue.cancel();
  expect(asked[1]?.signal.reason).toBe('cancelled');
});

it('tells one that waits, when its turn comes, that it was cancelled before', async () => {
  const { queue, push, asked, names, release } = aQueue();
  for (const name of ['one', 'two']) push(name);
  queue.cancel('two');
  expect(asked[0]?.signal.aborted).toBe(false);
  release();
  await expect.poll(names).toEqual(['one', 'two']);
  expect(asked[1]?.signal.aborted).toBe(true);
});

it('finishes with the running answer and forgets the others, and aborts by another reason than a person', async () => {
  const { queue, push, asked, names } = aQueue();
  for (const name of ['one', 'two']) push(name);
  const finished = queue.finish();
  queue.abort();
  await finished;
  expect(asked[0]?.signal.reason).toBe('stopping');
  expect(names()).toEqual(['one']);
});
