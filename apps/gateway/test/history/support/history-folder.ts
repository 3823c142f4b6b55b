import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { createHistoryStore, type HistoryStore } from '../../../src/history/history-store.ts';

export const log = pino({ level: 'silent' });

/** A folder that is removed after the test. */
export function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-history-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A store on a folder, closed after the test; `bootId` is the run of the machine it believes to be in. */
export function createStore(folder: string, bootId = 'boot-1'): HistoryStore {
  const store = createHistoryStore({ folder, log, bootId });
  onTestFinished(() => store.close());
  return store;
}

/** A message by its number, the same each time. */
export const messageOf = (number: number, content = `message ${number}`) => ({
  message_id: `m${number}`,
  id: `c${number}`,
  content,
  time: Date.UTC(2026, 0, 1) + number,
});

/** The answer to a message. */
export const answerOf = (number: number, content = `answer ${number}`) => ({
  message_id: `a${number}`,
  reply_to: `m${number}`,
  content,
  time: Date.UTC(2026, 0, 1) + number,
});

/** A lone frame, and one that says a text so far. */
export const typing = { type: 'typing.start' } as const;
export const stopped = { type: 'typing.stop' } as const;
export const created = (message_id: string, content: string) =>
  ({ type: 'message.create', payload: { message_id, content } }) as const;
export const updated = (message_id: string, content: string) =>
  ({ type: 'message.update', payload: { message_id, content } }) as const;
