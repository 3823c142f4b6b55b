import { createPicoSession, type PicoSession } from '@picoclaw/client';
import { type ServerFrame, Subprotocol } from '@picoclaw/protocol';
import { WebSocket } from 'ws';

/** A client of `pico.v2` that says numbered messages, and everything it heard. */
export interface FaultClient {
  readonly sessionId: string;
  /** The texts it says, in order. */
  readonly texts: readonly string[];
  readonly isDone: boolean;
  /** How far it has come, for people. */
  readonly progress: string;
  /** The whole answers by their message ids. */
  answers(): ReadonlyMap<string, string>;
  /** How often a frame created an answer, by message id. */
  readonly created: ReadonlyMap<string, number>;
  readonly resyncs: number;
  readonly failures: readonly string[];
  /** Says what is to be said, as fast as it is answered. */
  start(): void;
  /** Cuts its connection as a network does. */
  cut(): void;
  close(): void;
}

interface FaultClientOptions {
  readonly url: string;
  readonly token: string;
  readonly name: string;
  readonly messages: number;
}

/** What may be said and not yet answered: enough to have messages in every state at the moment of a fault. */
const IN_FLIGHT = 5;

/** Makes a client that has said nothing yet. */
export function createFaultClient({ url, token, name, messages }: FaultClientOptions): FaultClient {
  const texts = Array.from({ length: messages }, (_, number) => `${name} message ${number}`);
  const sockets = new Set<WebSocket>();
  class CutableSocket extends WebSocket {
    constructor(...parameters: ConstructorParameters<typeof WebSocket>) {
      super(...parameters);
      sockets.add(this);
      this.once('close', () => sockets.delete(this));
    }
  }
  const session: PicoSession = createPicoSession({
    ...{ url, token, tokenIn: 'header', sessionId: name, subprotocols: [Subprotocol.v2] },
    webSocket: CutableSocket,
    backoff: { baseMs: 50, spreadMs: 100, maxMs: 1_000 },
    connectTimeoutMs: 3_000,
  });
  const created = new Map<string, number>();
  const answers = new Map<string, string>();
  const failures: string[] = [];
  let resyncs = 0;
  let said = 0;

  const hear = (frame: ServerFrame) => {
    if (frame.type === 'resync') resyncs += 1;
    if (frame.type === 'error') failures.push(`${frame.payload.code}: ${frame.payload.message}`);
    if (frame.type !== 'message.create' && frame.type !== 'message.update') return;
    const { message_id: id, content } = frame.payload;
    if (frame.type === 'message.create') created.set(id, (created.get(id) ?? 0) + 1);
    answers.set(id, content);
    sayMore();
  };
  const sayMore = () => {
    while (said < texts.length && said - answers.size < IN_FLIGHT) {
      session.send(`/echo ${texts[said]}`);
      said += 1;
    }
  };
  session.onFrame(hear);
  return {
    sessionId: name,
    texts,
    get isDone() {
      return answers.size >= texts.length;
    },
    get progress() {
      const heard = new Set(answers.values());
      const missing = texts.slice(0, said).filter((text) => !heard.has(text));
      const { connection, messages } = session.getSnapshot();
      const open = messages.filter(({ author, delivery }) => author === 'person' && delivery !== 'stored').length;
      return `${name}: ${said} said, ${answers.size} answered, ${connection.state}, not stored ${open}, resyncs ${resyncs}, missing ${missing.join(', ')}, ${failures.join('; ')}`;
    },
    answers: () => answers,
    created,
    get resyncs() {
      return resyncs;
    },
    failures,
    start: sayMore,
    cut() {
      for (const socket of sockets) socket.terminate();
    },
    close: () => session.close(),
  };
}
