import type { Secret } from '@picoclaw/auth';
import { CloseCode, CloseReason } from '@picoclaw/protocol';
import type { FastifyBaseLogger } from 'fastify';
import type { WebSocket } from 'ws';
import type { Agent } from '../agents/agent.ts';
import type { SessionRecords } from '../history/session-record.ts';
import type { SettingsHolder } from '../settings.ts';
import { channelTokenCheck } from './authentication.ts';
import { type Connection, SocketConnection } from './connection.ts';
import type { SessionFrame } from './inbound.ts';
import { createLiveness } from './liveness.ts';
import type { MessageMedia } from './message-media.ts';
import { type ChannelSession, createSession } from './session.ts';
import { createSessionRegistry } from './session-registry.ts';

/** All open sockets of `/pico/ws` and the sessions they belong to. */
export interface Channel {
  readonly connectionCount: number;
  readonly sessionCount: number;
  /** Takes over a socket that every gate has let through. */
  accept(socket: WebSocket, details: AcceptDetails): void;
  /** Answers what the last process stored and did not come to answer; `unanswered` are the sessions. */
  recover(unanswered: readonly string[]): Promise<void>;
  /**
   * Joins a session from within the gateway: `connection` hears it from the frame after `after` on; answers with the way
   * to say something in it, and to leave.
   */
  join(sessionId: string, connection: Connection, after?: number): Promise<Membership>;
  /** Ends the session's sockets and work, so that its files can go. */
  endSession(id: string): Promise<void>;
  /** Closes the sockets whose token no longer counts, after a reload. */
  judgeAgain(): void;
  /** Says 1001 to all; ends whoever does not agree within `graceMs`. */
  closeConnections(options?: { graceMs?: number }): Promise<void>;
  /** Waits for the answers that are being given, breaks them off after `timeoutMs`. */
  finishAnswers(options?: { timeoutMs?: number }): Promise<void>;
}

/** A place in a session. */
export interface Membership {
  say(frame: SessionFrame): void;
  leave(): void;
}

/** What is known of a socket that was let in. */
export interface AcceptDetails {
  readonly sessionId: string;
  readonly token: Secret;
  /** The last frame that a client of `pico.v2` has, when it comes back. */
  readonly after?: number | undefined;
}

interface ChannelOptions {
  readonly agent: Agent;
  readonly records: SessionRecords;
  readonly media: MessageMedia;
  readonly instanceId: string;
  readonly settings: SettingsHolder;
  readonly pidToken: Secret;
  readonly log: FastifyBaseLogger;
}

/** Creates the channel; it has no sockets until the route hands it some. */
export function createChannel(options: ChannelOptions): Channel {
  const { settings, pidToken, log, instanceId, agent, media } = options;
  const connections = new Set<SocketConnection>();
  const liveness = createLiveness();
  const onClosed = (connection: SocketConnection) => {
    connections.delete(connection);
    liveness.forget(connection);
  };
  const whenBusy = () => settings.current.channel.whenBusy;
  const sessions = createSessionRegistry(async (id, onIdle) => {
    const record = await options.records.open(id);
    // Member by member: V8 gives what is spread a hidden class of its own each time.
    const session = createSession({ id, instanceId, agent, record, media, whenBusy, log, onIdle });
    return { session, release: () => record.release() };
  });
  const enter = async (socket: WebSocket, connection: SocketConnection, { sessionId, after }: AcceptDetails) => {
    try {
      await sessions.open(sessionId, (session) => {
        // It left while the session was being read.
        if (!connections.has(connection)) return;
        connection.session = session;
        socket.resume();
        session.join(connection, after);
      });
    } catch (error) {
      log.error({ code: 'history_unreadable', err: error, sessionId }, 'a session could not be opened');
      connection.close(CloseCode.internalError, 'the session cannot be read');
    }
  };

  return {
    get connectionCount() {
      return connections.size;
    },
    get sessionCount() {
      return sessions.count;
    },
    accept(socket, details) {
      const { sessionId, token } = details;
      // Nothing is read before there is a session to take it.
      socket.pause();
      const { channel } = settings.current;
      const connection = new SocketConnection({ socket, token, sessionId, settings: channel, log, onClosed });
      connections.add(connection);
      liveness.watch(connection);
      void enter(socket, connection, details);
    },
    async recover(unanswered) {
      const left = [...unanswered];
      const work = async () => {
        for (let id = left.shift(); id !== undefined; id = left.shift()) {
          try {
            let drained = Promise.resolve();
            await sessions.open(id, (session) => {
              drained = session.drained();
            });
            await drained;
          } catch (error) {
            log.error({ code: 'history_unreadable', err: error, sessionId: id }, 'a session could not be opened');
          }
        }
      };
      await Promise.all(Array.from({ length: RECOVERED_AT_ONCE }, work));
    },
    async join(sessionId, connection, after) {
      let joined: ChannelSession | undefined;
      await sessions.open(sessionId, (session) => {
        joined = session;
        session.join(connection, after);
      });
      return {
        say: (frame) => joined?.receive(frame, connection),
        leave: () => joined?.leave(connection),
      };
    },
    async endSession(id) {
      const session = sessions.get(id);
      if (session === undefined) return;
      session.abort();
      session.close(CloseCode.normal, 'session deleted');
      await sessions.whenGone(id);
    },
    judgeAgain() {
      const isAccepted = channelTokenCheck(settings.current, pidToken);
      const { enabled } = settings.current.channel;
      for (const connection of connections) {
        if (!enabled) connection.close(CloseCode.shutdown, 'channel disabled');
        else if (!isAccepted(connection.token)) connection.close(CloseCode.tokenRotated, CloseReason.tokenRotated);
      }
    },
    closeConnections: ({ graceMs = 300 } = {}) => closeAll([...connections], graceMs),
    finishAnswers: ({ timeoutMs = 10_000 } = {}) => sessions.finish(timeoutMs),
  };
}

/** Answers of an earlier life must not keep those of this one waiting. */
const RECOVERED_AT_ONCE = 4;

async function closeAll(open: readonly SocketConnection[], graceMs: number): Promise<void> {
  const closed = open.map((connection) => connection.closed());
  for (const connection of open) connection.close(CloseCode.shutdown, CloseReason.shutdown);
  const timer = setTimeout(() => {
    for (const connection of open) connection.terminate();
  }, graceMs);
  await Promise.all(closed);
  clearTimeout(timer);
}
