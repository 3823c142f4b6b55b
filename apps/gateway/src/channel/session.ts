import { ErrorCode, encodeFrame } from '@picoclaw/protocol';
import type { FastifyBaseLogger } from 'fastify';
import type { Agent } from '../agents/agent.ts';
import { runAnswer, type Utterance } from './answer.ts';
import { createAnswerQueue } from './answer-queue.ts';
import type { Connection } from './connection.ts';
import type { SessionFrame } from './inbound.ts';

/** One conversation: the sockets that share it and the messages that wait for their answers. */
export interface ChannelSession {
  readonly id: string;
  join(connection: Connection): void;
  leave(connection: Connection): void;
  /** Takes a frame of one of its sockets. */
  receive(frame: SessionFrame, from: Connection): void;
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

/** Answers one message after the other and tells all sockets of the session. */
export function createSession(options: SessionOptions): ChannelSession {
  const { id, agent, log, onIdle, maxQueued = 16, unheardMs = 30_000, now = Date.now } = options;
  const connections = new Set<Connection>();
  let unheard: NodeJS.Timeout | undefined;

  // The one place where the session speaks: here frames will get their numbers and go into the history.
  const say = (utterance: Utterance) => {
    const text = encodeFrame({ ...utterance, session_id: id, timestamp: now() });
    for (const connection of connections) connection.send(text);
  };
  const settle = () => {
    clearTimeout(unheard);
    if (connections.size > 0) return;
    if (queue.isIdle) onIdle();
    else unheard = setTimeout(queue.abort, unheardMs);
  };
  const queue = createAnswerQueue<Extract<SessionFrame, { type: 'message.send' | 'media.send' }>>({
    answer: (frame, running) => runAnswer({ agent, sessionId: id, frame, ...running, log, say }),
    onIdle: settle,
    maxWaiting: maxQueued,
  });

  return {
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
      if (frame.type === 'message.cancel') return queue.cancel(frame.payload.message_id);
      if (!queue.push(frame)) from.refuse(ErrorCode.rateLimited, 'Too many messages wait for an answer.', frame.id);
    },
    finish: queue.finish,
    abort: queue.abort,
  };
}
