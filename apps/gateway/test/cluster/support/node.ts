import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createSharing } from '../../../src/cluster/sharing.ts';
import { createHistoryStore } from '../../../src/history/history-store.ts';
import { createFolder, log } from '../../history/support/history-folder.ts';

/** One gateway of several, without its sockets. */
export async function startNode(url: string, folder = createFolder()) {
  const files = createHistoryStore({ folder, log, bootId: 'boot-1' });
  const place = { files, log, folder: join(folder, 'cluster'), url: { reveal: () => url } };
  // Redis is away when its connection is closed, not when this process was held up.
  const sharing = createSharing({ ...place, answerWithinMs: 10_000 });
  const waiting: string[] = [];
  const deleted: string[] = [];
  await sharing.start({
    onUnanswered: (ids) => void waiting.push(...ids),
    onDeleted: async (id) => void deleted.push(id),
  });
  let ended: Promise<void> | undefined;
  const end = () => {
    ended ??= sharing.history.close();
    return ended;
  };
  onTestFinished(end);
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => (condition() ? resolve() : void setTimeout(look, 5));
      look();
    });
  return {
    ...{ sharing, files, folder, waiting, deleted, end },
    untilReady: () => until(() => sharing.problem === undefined),
    untilAway: () => until(() => sharing.problem !== undefined && !sharing.problem.includes('being connected')),
    contents: async (id = 'talk') => (await files.page(id, { limit: 100 }))?.messages.map(({ content }) => content),
  };
}

/** One that has found Redis. */
export async function readyNode(url: string, folder?: string) {
  const node = await startNode(url, folder);
  await node.untilReady();
  return node;
}
