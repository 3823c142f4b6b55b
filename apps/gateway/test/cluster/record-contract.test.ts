import { describe } from 'vitest';
import { startRedis } from '../../../../packages/hub/test/support/redis-server.ts';
import { createLoneRecords } from '../../src/history/lone-record.ts';
import { createFolder, createStore, log } from '../history/support/history-folder.ts';
import { recordContract } from './record-contract.ts';
import { readyNode } from './support/node.ts';
import { onTestStarted } from './support/test-world.ts';

describe('the record of one home', () => {
  const world = onTestStarted(async () => createFolder());
  recordContract(async () => {
    const store = createStore(await world());
    return { records: createLoneRecords(store, log), unanswered: () => store.unanswered(), end: () => store.close() };
  });
});

describe('the record of several homes that share a Redis', () => {
  const world = onTestStarted(() => startRedis());
  recordContract(async () => {
    const { sharing, waiting, end } = await readyNode((await world()).url);
    return { records: sharing, unanswered: async () => waiting, end };
  });
});
