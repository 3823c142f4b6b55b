import type { ServerFrame } from '@picoclaw/protocol';
import { agentMessage, type ChatMessage } from './chat-message.ts';

/** The messages of a chat, oldest first; never changed in place. */
export type MessageList = readonly ChatMessage[];

/** Changes one message, or returns the same list when there is none of that id. */
export function changeMessage(list: MessageList, id: string, change: Partial<ChatMessage>): MessageList {
  return list.some((message) => message.id === id)
    ? list.map((message) => (message.id === id ? { ...message, ...change } : message))
    : list;
}

/**
 * Applies what the server says of messages, and returns the same list when it says nothing new.
 * An id that is already there is changed in its place, so a frame that comes twice (another socket of the session, a
 * reconnect) doubles nothing; an update without its create (lost in a gap) is shown all the same: it is the full text.
 */
export function applyServerFrame(list: MessageList, frame: ServerFrame, now: number): MessageList {
  switch (frame.type) {
    case 'message.create':
    case 'message.update':
    case 'media.create':
      return upsert(list, frame.payload.message_id, (before) =>
        agentMessage(frame.payload, frame.timestamp ?? now, before),
      );
    case 'message.delete': {
      const kept = list.filter((message) => message.id !== frame.payload.message_id);
      return kept.length === list.length ? list : kept;
    }
    case 'ack':
      return changeMessage(list, frame.payload.id, { delivery: 'stored' });
    case 'error': {
      const { code, message, request_id: id } = frame.payload;
      return id === undefined ? list : changeMessage(list, id, { delivery: 'failed', failure: { code, message } });
    }
    default:
      return list;
  }
}

function upsert(list: MessageList, id: string, make: (before?: ChatMessage) => ChatMessage): MessageList {
  // From the end: it is nearly always the last message that grows.
  const position = list.findLastIndex((message) => message.id === id);
  const before = list[position];
  return before === undefined ? [...list, make()] : list.with(position, make(before));
}
