import { randomUUID } from 'node:crypto';
import { type ClientFrame, ErrorCode, encodeFrame } from '@picoclaw/protocol';
import type { FastifyBaseLogger } from 'fastify';
import type { Agent } from '../agents/agent.ts';
import { runAnswer, type Utterance } from './answer.ts';
import type { Connection } from './connection.ts';

type Message = Extract<ClientFrame, { type: 'message.send' | 'media.send' }>;

/** One conversation: the sockets that share it and the messages that wait for their answers. */
export interface ChannelSession {
  readonly id: string;
  join(connection: Connection): void;
  leave(connection: Connection): void;
  /** Takes a frame of one of its sockets. */
  receive(frame: Message | Extract<ClientFrame, { type: 'message.cancel' }>, from: Connection): void;
  /** Forgets what waits; answers with the end of the answer that is being given. */
  finish(): Promise<void>;
  /** Breaks off the answer that is being given, and forgets what waits. */
  abort(): void;
}

interface SessionOptions {
  readonly id: string;
  readonly agent: Agent;
  readonly log: FastifyBaseLogger;
  /** Nobody is connected and nothing is being answered: the session need not be remembered. */
  readonly onIdle: () => void;
  readonly maxQueued?: number;
  /** How long an answer goes on without a listener, who may be reconnecting. */
  readonly unheardMs?: number;
  readonly now?: () => number;
}

/** Answers one message at a time, so that answers never interleave, and tells all sockets of the session. */
export function createSession(options: SessionOptions): ChannelSession {
  const { id, agent, log, onIdle, maxQueued = 16, unheardMs = 30_000, now = Date.now } = options;
  const connections = new Set<Connection>();
  const queue: Message[] = [];
  let running:
    | { readonly messageId: string; readonly done: Promise<void>; readonly controller: AbortController }
    | undefined;
  let unheard: NodeJS.Timeout | undefined;

  // The one place where the session speaks: here frames will get their numbers and go into the history.
  const say = (utterance: Utterance) => {
    const text = encodeFrame({ ...utterance, session_id: id, timestamp: now() });
    for (const connection of connections) connection.send(text);
  };

  const settle = () => {
    clearTimeout(unheard);
    if (connections.size > 0) return;
    if (running === undefined) onIdle();
    else unheard = setTimeout(() => session.abort(), unheardMs);
  };

  const next = () => {
    const frame = queue.shift();
    if (frame === undefined) {
      running = undefined;
      return settle();
    }
    const controller = new AbortController();
    const messageId = randomUUID();
    const answer = runAnswer({ agent, sessionId: id, frame, messageId, signal: controller.signal, log, say });
    running = { messageId, controller, done: answer.finally(next) };
  };

  const cancel = (messageId: string | undefined) => {
    if (messageId === undefined || messageId === running?.messageId) running?.controller.abort();
  };

  const session: ChannelSession = {
    id,
    join(connection) {
      connections.add(connection);
      settle();
    },
    leave(connection) {
      connections.delete(connection);
      settle();
    },
    receive(frame, from) {
      if (frame.type === 'message.cancel') return cancel(frame.payload.message_id);
      if (queue.length >= maxQueued) {
        return from.refuse(ErrorCode.rateLimited, 'Too many messages wait for an answer in this session.', frame.id);
      }
      queue.push(frame);
      if (running === undefined) next();
    },
    async finish() {
      queue.length = 0;
      await running?.done;
    },
    abort() {
      queue.length = 0;
      running?.controller.abort();
    },
  };
  return session;
}
