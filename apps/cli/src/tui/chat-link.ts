import {
  type ChatMessage,
  createId,
  createPicoSession,
  type Diagnosis,
  type PicoSession,
  type PicoSnapshot,
} from '@picoclaw/client';
import { PicoPath, Subprotocol } from '@picoclaw/protocol';
import { httpJson } from '../facts/http-json.ts';
import type { ChatCommand } from './chat-state.ts';
import { LocalWebSocket } from './local-web-socket.ts';
import type { ChatTarget } from './watch-gateway.ts';

/** The chat's connection, wherever the agent is to be reached at the moment. */
export interface ChatLink {
  /** Somebody is to be reached there, now; undefined changes nothing: they may come back. */
  aim(target: ChatTarget | undefined): void;
  obey(command: ChatCommand): void;
  close(): void;
}

interface ChatLinkOptions {
  readonly onSnapshot: (snapshot: PicoSnapshot) => void;
  /** Why a try to connect came to nothing; undefined when one did not. */
  readonly onProblem: (problem: string | undefined) => void;
}

/** Quick tries: it is this machine that is dialled, and one person who waits. */
const BACKOFF = { baseMs: 250, spreadMs: 500, maxMs: 5_000 };

/** Opens one session as soon as there is somebody to talk to, and keeps to it whichever way leads there. */
export function createChatLink({ onSnapshot, onProblem }: ChatLinkOptions): ChatLink {
  let session: PicoSession | undefined;
  let target: ChatTarget | undefined;
  let stop: (() => void) | undefined;
  let early: readonly ChatMessage[] = [];
  // Read at each dial: the way through a launcher that has come is another one than before.
  const url = new URL('ws://localhost');
  const token = { reveal: () => target?.token.reveal() ?? '' };

  const diagnose = async (): Promise<Diagnosis> => {
    if (target !== undefined) onProblem(await reasonOf(target));
    return 'retry';
  };
  const open = () => {
    const before = session?.getSnapshot();
    stop?.();
    const opened = createPicoSession({
      ...{ url, token, tokenIn: 'header', subprotocols: [Subprotocol.v2, Subprotocol.v1] },
      ...{ webSocket: LocalWebSocket, backoff: BACKOFF, diagnose },
      ...(before && { sessionId: before.sessionId, history: before.messages }),
    });
    session = opened;
    stop = opened.subscribe(() => {
      const snapshot = opened.getSnapshot();
      if (snapshot.connection.state === 'connected') onProblem(undefined);
      onSnapshot(snapshot);
    });
    onSnapshot(opened.getSnapshot());
    for (const { content } of early) opened.send(content);
    early = [];
  };
  /** What is said before there is anybody to say it to is shown, and kept for who comes. */
  const keep = (content: string) => {
    early = [...early, { id: createId(), author: 'person', content, createdAt: Date.now(), delivery: 'queued' }];
    onSnapshot({ sessionId: '', messages: early, typing: false, connection: { state: 'disconnected', attempt: 0 } });
  };
  return {
    aim(next) {
      if (next === undefined) return;
      const isOther = target === undefined || target.origin !== next.origin || !target.token.equals(next.token);
      target = next;
      url.href = `${next.origin.replace(/^http/, 'ws')}${PicoPath.socket}`;
      // A session that was ended for good (a token was rotated) goes on as another connection of the same one.
      const state = session?.getSnapshot().connection.state;
      if (session === undefined || state === 'closed') open();
      else if (isOther || state === 'disconnected') session.wake();
    },
    obey(command) {
      if (command.type === 'send') session === undefined ? keep(command.text) : session.send(command.text);
      else if (command.type === 'cancel') session?.cancel();
      else retryLast(session);
    },
    close() {
      stop?.();
      session?.close();
    },
  };
}

function retryLast(session: PicoSession | undefined): void {
  const failed = session?.getSnapshot().messages.findLast(({ delivery }) => delivery === 'failed');
  if (failed !== undefined) session?.retry(failed.id);
}

/** A handshake that failed says nothing; the same request without an upgrade passes the same gates. */
async function reasonOf({ origin, token }: ChatTarget): Promise<string> {
  const answer = await httpJson(`${origin}${PicoPath.socket}`, { token });
  if (!answer.answered) return `Nothing answers at ${origin} (${answer.code}).`;
  if (answer.status === 401 || answer.status === 403) {
    return `${origin} does not take the token (${answer.status}): picoclaw-launcher connect says why.`;
  }
  return answer.status === 404 ? 'The Pico channel is turned off (channels.pico.enabled).' : '';
}
