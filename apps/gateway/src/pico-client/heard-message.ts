import type { ServerFrame } from '@picoclaw/protocol';

/** A whole message of the other server. */
export interface HeardMessage {
  readonly id: string;
  readonly content: string;
}

/** Collects what the other server says until a message is whole. */
export interface HeardMessages {
  /** Takes a frame; answers with the messages that it completes. */
  take(frame: ServerFrame): readonly HeardMessage[];
}

/** What may be half said at one time; a server that never finishes its messages costs no memory. */
const MAX_OPEN = 16;

/**
 * A server that types says a message in pieces and stops typing when it is whole; one that does not type says it at
 * once. Thoughts, calls of tools and placeholders are no messages (gateway.md, "pico_client").
 */
export function createHeardMessages(): HeardMessages {
  const open = new Map<string, string>();
  let isTyping = false;

  const close = (): HeardMessage[] => {
    const whole = [...open].map(([id, content]) => ({ id, content }));
    open.clear();
    return whole.filter(({ content }) => content.trim() !== '');
  };
  return {
    take(frame) {
      switch (frame.type) {
        case 'typing.start':
          isTyping = true;
          return [];
        case 'typing.stop':
          isTyping = false;
          return close();
        case 'message.create':
        case 'message.update': {
          const { message_id, content, kind, placeholder } = frame.payload;
          // An update of a message that was whole before is a correction, and no new question.
          if (frame.type === 'message.update' && !open.has(message_id)) return [];
          if (kind === 'thought' || kind === 'tool_calls') return [];
          open.set(message_id, content);
          if (open.size > MAX_OPEN) open.delete([...open.keys()][0] ?? '');
          return isTyping || placeholder === true ? [] : close();
        }
        case 'message.delete':
          open.delete(frame.payload.message_id);
          return [];
        default:
          return [];
      }
    },
  };
}
