import type { ChatMessage } from '@picoclaw/client';
import * as z from 'zod/mini';
import { type Reply, request } from './request.ts';

const StoredMessage = z.object({
  role: z.string(),
  message_id: z.string(),
  id: z.optional(z.string()),
  content: z.string(),
  time: z.number(),
  media: z.optional(z.array(z.string())),
  model_name: z.optional(z.string()),
  cancelled: z.optional(z.boolean()),
  thoughts: z.optional(z.string()),
  tool_calls: z.optional(z.array(z.unknown())),
});
type StoredMessage = z.infer<typeof StoredMessage>;

const SessionPage = z.object({
  messages: z.array(StoredMessage),
  before: z._default(z.nullable(z.number()), null),
});

/** A piece of what was said in a session, oldest first, and the cursor to what was said before it; null at the beginning. */
export interface HistoryPage {
  messages: readonly ChatMessage[];
  before: number | null;
}

/** Few enough to be put on the page without a pause that is felt. */
const MESSAGES_AT_A_TIME = 50;

/** What was said last in a session, or last before a cursor; nothing for one that has not begun. */
export async function fetchHistory(
  sessionId: string,
  { signal, before }: { signal: AbortSignal; before?: number },
): Promise<Reply<HistoryPage>> {
  const query = new URLSearchParams({
    limit: String(MESSAGES_AT_A_TIME),
    ...(before === undefined ? {} : { before: String(before) }),
  });
  const reply = await request(`${pathOf(sessionId)}?${query}`, SessionPage, { signal });
  if (!reply.ok)
    return reply.code === 'session_not_found' ? { ok: true, value: { messages: [], before: null } } : reply;
  return { ok: true, value: { ...reply.value, messages: reply.value.messages.flatMap(chatMessages) } };
}

const SessionSummary = z.object({
  id: z.string(),
  title: z.string(),
  preview: z.string(),
  /** ISO 8601. */
  updated: z.string(),
});
export type SessionSummary = z.infer<typeof SessionSummary>;

/** How many sessions are fetched at a time. */
export const SESSIONS_AT_A_TIME = 50;

/** The sessions that there are, newest first; with a search, those in which it occurs. */
export function fetchSessions(
  { offset, search }: { offset: number; search: string },
  signal: AbortSignal,
): Promise<Reply<readonly SessionSummary[]>> {
  const query = new URLSearchParams({
    ...{ offset: String(offset), limit: String(SESSIONS_AT_A_TIME) },
    ...(search === '' ? {} : { search }),
  });
  return request(`api/sessions?${query}`, z.array(SessionSummary), { signal });
}

/** Removes a session with all that belongs to it; one that is not there is removed already. */
export async function deleteSession(sessionId: string): Promise<Reply<unknown>> {
  const reply = await request(pathOf(sessionId), z.unknown(), { method: 'DELETE' });
  return reply.ok || reply.code !== 'session_not_found' ? reply : { ok: true, value: undefined };
}

const pathOf = (sessionId: string): string => `api/sessions/${encodeURIComponent(sessionId)}`;

/** A stored message as the chat shows it: what the agent thought and called comes before what it said. */
function chatMessages(stored: StoredMessage): ChatMessage[] {
  const { message_id, content, time: createdAt } = stored;
  if (stored.role === 'user') {
    const media = stored.media === undefined ? {} : { media: stored.media };
    return [{ id: stored.id ?? message_id, author: 'person', content, createdAt, delivery: 'stored', ...media }];
  }
  const shared = {
    author: 'agent' as const,
    createdAt,
    ...(stored.model_name === undefined ? {} : { modelName: stored.model_name }),
  };
  return [
    // Under the ids that the channel gives them, so that what was heard and what is stored are the same message.
    ...(stored.thoughts === undefined
      ? []
      : [{ ...shared, id: `${message_id}-thought`, kind: 'thought', content: stored.thoughts }]),
    ...(stored.tool_calls === undefined
      ? []
      : [{ ...shared, id: `${message_id}-tools`, kind: 'tool_calls', content: '', toolCalls: stored.tool_calls }]),
    ...(content === '' && stored.cancelled !== true
      ? []
      : [{ ...shared, id: message_id, content, ...(stored.cancelled === true ? { cancelled: true } : {}) }]),
  ];
}
