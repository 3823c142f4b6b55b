import type { Attachment, MessageCreateFrame } from '@picoclaw/protocol';

/** How far a person's message has come; `stored` needs `pico.v2`, whose server acknowledges. */
export type Delivery = 'queued' | 'sent' | 'stored' | 'failed';

/** Why a message failed: the server's error code, or `outbox_full` or `closed` when it never left. */
export interface MessageFailure {
  code: string;
  message?: string;
}

/** One entry of a chat; a changed message is a new object, an unchanged one keeps its identity. */
export interface ChatMessage {
  /** The server's message id, or the client-made id of a person's message: stable, so usable as a key. */
  id: string;
  author: 'person' | 'agent';
  content: string;
  /** Unix ms, by the server's clock where it says. */
  createdAt: number;
  attachments?: readonly Attachment[];
  /** A person's inline images, as data URLs. */
  media?: readonly string[];
  delivery?: Delivery;
  failure?: MessageFailure;
  kind?: string;
  modelName?: string;
  /** True when the person broke the answer off. */
  cancelled?: boolean;
  /** True while the content only stands in for an answer to come. */
  placeholder?: boolean;
  toolCalls?: readonly unknown[];
  contextUsage?: Readonly<Record<string, unknown>>;
}

/** The agent's message that a frame of the server describes; what the frame does not say is kept from `before`. */
export function agentMessage(
  payload: MessageCreateFrame['payload'],
  createdAt: number,
  before?: ChatMessage,
): ChatMessage {
  const { message_id: id, content, kind, model_name, placeholder, cancelled } = payload;
  const { tool_calls, attachments, context_usage } = payload;
  return {
    ...(before ?? { createdAt }),
    id,
    author: 'agent',
    content,
    placeholder: placeholder === true,
    ...(kind === undefined ? {} : { kind }),
    ...(cancelled === true ? { cancelled } : {}),
    ...(model_name === undefined ? {} : { modelName: model_name }),
    ...(tool_calls === undefined ? {} : { toolCalls: tool_calls }),
    ...(attachments === undefined ? {} : { attachments }),
    ...(context_usage === undefined ? {} : { contextUsage: context_usage }),
  };
}
