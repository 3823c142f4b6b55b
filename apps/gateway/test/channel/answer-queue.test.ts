import { describe, expect, it } from 'vitest';
import { createAnswerQueue } from '../../src/channel/answer-queue.ts';

describe('the answer queue', () => {
  it('is idle before and after, and says when', async () => {
    let idleCount = 0;
    const given: string[] = [];
    const queue = createAnswerQueue<string>({
      answer: async (message) => void given.push(message),
      onIdle: () => idleCount++,
      maxWaiting: 2,
    });
    expect(queue.isIdle).toBe(true);
    for (const message of ['one', 'two', 'three']) expect(queue.push(message)).toBe(true);
    expect(queue.push('four')).toBe(false);
    expect(queue.isIdle).toBe(false);
    await expect.poll(() => queue.isIdle).toBe(true);
    expect(given).toEqual(['one', 'two', 'three']);
    expect(idleCount).toBe(1);
  });

  it('gives every answer an id and a signal of its own, which only its own cancel fires', async () => {
    const seen: { messageId: string; signal: AbortSignal }[] = [];
    const queue = createAnswerQueue<string>({
      answer: (_message, running) => {
        seen.push(running);
        return new Promise((resolve) => running.signal.addEventListener('abort', () => resolve()));
      },
      onIdle: () => undefined,
      maxWaiting: 2,
    });
    queue.push('one');
    queue.push('two');
    queue.cancel('no such id');
    expect(seen[0]?.signal.aborted).toBe(false);
    queue.cancel(seen[0]?.messageId);
    await expect.poll(() => seen.length).toBe(2);
    expect(seen[1]?.signal.aborted).toBe(false);
    expect(seen[1]?.messageId).not.toBe(seen[0]?.messageId);
    queue.abort();
    await expect.poll(() => queue.isIdle).toBe(true);
  });
});
