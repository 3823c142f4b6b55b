import type { Secret } from '@picoclaw/auth';
import { CloseCode, CloseReason } from '@picoclaw/protocol';
import type { FastifyBaseLogger } from 'fastify';
import type { WebSocket } from 'ws';
import type { Agent } from '../agents/agent.ts';
import type { SettingsHolder } from '../settings.ts';
import { channelTokenCheck } from './authentication.ts';
import { type Connection, createConnection } from './connection.ts';
import { createSession } from './session.ts';
import { createSessionRegistry } from './session-registry.ts';

/** All open sockets of `/pico/ws` and the sessions they belong to. */
export interface Channel {
  readonly connectionCount: number;
  readonly sessionCount: number;
  /** Takes over a socket that every gate has let through. */
  accept(socket: WebSocket, details: { sessionId: string; token: Secret; log: FastifyBaseLogger }): void;
  /** Closes the sockets whose token no longer counts, after a reload. */
  judgeAgain(): void;
  /** Says 1001 to all; ends whoever does not agree within `graceMs`. */
  closeConnections(options?: { graceMs?: number }): Promise<void>;
  /** Waits for the answers that are being given, breaks them off after `timeoutMs`. */
  finishAnswers(options?: { timeoutMs?: number }): Promise<void>;
}

interface ChannelOptions {
  readonly agent: Agent;
  readonly settings: SettingsHolder;
  readonly pidToken: Secret;
  readonly log: FastifyBaseLogger;
}

/** Creates the channel; it has no sockets until the route hands it some. */
export function createChannel({ agent, settings, pidToken, log }: ChannelOptions): Channel {
  const connections = new Map<Connection, Promise<void>>();
  const sessions = createSessionRegistry((id, onIdle) => createSession({ id, agent, log, onIdle }));

  return {
    get connectionCount() {
      return connections.size;
    },
    get sessionCount() {
      return sessions.count;
    },
    accept(socket, { sessionId, token, log: connectionLog }) {
      const session = sessions.open(sessionId);
      const connection = createConnection({
        socket,
        token,
        sessionId,
        settings: settings.current.channel,
        log: connectionLog,
        onFrame: (frame, from) => session.receive(frame, from),
        onClosed: (gone) => {
          connections.delete(gone);
          session.leave(gone);
        },
      });
      connections.set(connection, new Promise((resolve) => socket.once('close', () => resolve())));
      session.join(connection);
    },
    judgeAgain() {
      const isAccepted = channelTokenCheck(settings.current, pidToken);
      const { enabled } = settings.current.channel;
      for (const connection of connections.keys()) {
        if (!enabled) connection.close(CloseCode.shutdown, 'channel disabled');
        else if (!isAccepted(connection.token)) connection.close(CloseCode.tokenRotated, CloseReason.tokenRotated);
      }
    },
    closeConnections: ({ graceMs = 300 } = {}) => closeAll(new Map(connections), graceMs),
    finishAnswers: ({ timeoutMs = 10_000 } = {}) => sessions.finish(timeoutMs),
  };
}

async function closeAll(open: ReadonlyMap<Connection, Promise<void>>, graceMs: number): Promise<void> {
  for (const connection of open.keys()) connection.close(CloseCode.shutdown, CloseReason.shutdown);
  const timer = setTimeout(() => {
    for (const connection of open.keys()) connection.terminate();
  }, graceMs);
  await Promise.all(open.values());
  clearTimeout(timer);
}
