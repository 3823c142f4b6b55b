import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRedisAddress, RedisOptionsError } from '@picoclaw/hub';
import type { HistoryStore } from '../history/history-store.ts';
import type { SessionRecords } from '../history/session-record.ts';
import { loadHomeState } from './home-state.ts';
import { openOutbox } from './outbox.ts';
import { NOT_YET, SharedSessions, type SharingHandlers, type SharingOptions } from './shared-sessions.ts';

/** What the sessions of this gateway have to do with those of other homes. */
export interface Sharing extends SessionRecords {
  /** The store of the home, in which what other nodes say appears too. */
  readonly history: HistoryStore;
  /** What keeps the nodes apart at this moment, as a sentence. */
  readonly problem: string | undefined;
  /** Connects; from now on others are answered for. */
  start(handlers: SharingHandlers): Promise<void>;
}

/** Shares the sessions of a home with other homes by Redis. One that cannot be reached is no error. */
export function createSharing(options: SharingOptions): Sharing {
  const { files } = options;
  let sharing: SharedSessions | undefined;
  return {
    history: {
      open: (id) => files.open(id),
      list: (query) => files.list(query),
      page: (id, query) => files.page(id, query),
      // What waits is known in Redis, and in the outbox: others may be answering what the files have no answer to.
      unanswered: async () => [],
      delete: async (id) => (sharing === undefined ? files.delete(id) : sharing.delete(id)),
      async close() {
        await sharing?.close();
        await files.close();
      },
    },
    get problem() {
      return sharing === undefined ? NOT_YET : sharing.problem;
    },
    async open(sessionId) {
      if (sharing === undefined) throw new Error('a session is opened before sessions are shared');
      return sharing.open(sessionId);
    },
    async start(handlers) {
      sharing = await startSharing(options, handlers);
    },
  };
}

/** What is wrong with an address of Redis, as a sentence without any part of it. */
export function redisUrlProblem(url: { reveal(): string }): string | undefined {
  try {
    parseRedisAddress(url.reveal());
    return undefined;
  } catch (error) {
    if (error instanceof RedisOptionsError) return error.message;
    throw error;
  }
}

async function startSharing(options: SharingOptions, handlers: SharingHandlers): Promise<SharedSessions> {
  const { folder } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const state = await loadHomeState(join(folder, 'state.json'));
  const outbox = await openOutbox(join(folder, 'outbox.jsonl'));
  return new SharedSessions(options, handlers, state, outbox);
}
