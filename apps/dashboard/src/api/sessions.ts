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

/** What was said last in a session, oldest first; none for one that has not begun. */
export async function fetchHistory(sessionId: string, signal: AbortSignal): Promise<Reply<readonly ChatMessage[]>> {
  const reply = await request(`api/sessions/${encodeURIComponent(sessionId)}?limit=100`, SessionPage, { signal });
  if (!reply.ok) return reply.code === 'session_not_found' ? { ok: true, value: [] } : reply;
  return { ok: true, value: reply.value.messages.flatMap(chatMessages) };
}

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
