import { encodeFrame, parseServerFrame, type ServerFrame, Subprotocol } from '@picoclaw/protocol';
import type { ChatMessage, MessageFailure } from './chat-message.ts';
import { type Client, createClient } from './client.ts';
import type { ClientOptions } from './client-options.ts';
import type { ClientStatus } from './client-status.ts';
import { createEmitter, type Emitter } from './emitter.ts';
import { createId } from './id.ts';
import { applyServerFrame, changeMessage, type MessageList } from './message-list.ts';
import { createPicoPosition } from './pico-position.ts';
import { picoUrl } from './pico-url.ts';

/**
 * The options of a session: those of its client; `url` is that of the socket without `session_id`. Where `subprotocols`
 * offers `pico.v2` and the server selects it, messages are kept until they are stored and a new connection resumes.
 */
export interface PicoSessionOptions extends Omit<ClientOptions, 'url'> {
  url: string | URL;
  /** The session to be in (default: a new one). */
  sessionId?: string;
  /** What was said before, oldest first. */
  history?: readonly ChatMessage[];
  newId?: () => string;
}

/** One view of a session; a new object for each change, so it suits React's useSyncExternalStore. */
export interface PicoSnapshot {
  readonly sessionId: string;
  readonly connection: ClientStatus;
  readonly messages: readonly ChatMessage[];
  readonly typing: boolean;
  /** The last error that the server did not pin to a message; the next message sent clears it. */
  readonly error?: MessageFailure;
}

/** What a person sends; content may be empty only beside media or attachments. */
export interface PicoSend {
  content: string;
  media?: string[];
  attachments?: { url: string; filename?: string; content_type?: string }[];
}

/** A chat with the agent that outlives connections. */
export interface PicoSession {
  readonly sessionId: string;
  getSnapshot(): PicoSnapshot;
  /** Calls back after each change; returns the function that ends it. */
  subscribe(listener: () => void): () => void;
  /** Every frame that came, once, also those that change nothing here; `resync` says that the history is to be fetched again. */
  onFrame(listener: (frame: ServerFrame) => void): () => void;
  /** Adds the message and sends it, now or at the next connection; what cannot be taken is added as `failed`. */
  send(message: string | PicoSend): ChatMessage;
  /** Sends a failed message again, under the same id. */
  retry(id: string): void;
  /** Asks the server to stop answering: one message, or all that is being answered. */
  cancel(messageId?: string): void;
  /**
   * Puts what is stored in the place of what is shown of it; what was said or heard since then stays behind it, and what
   * is older than its beginning goes. For a history that came later, for more of it, and after `resync`.
   */
  setHistory(messages: readonly ChatMessage[]): void;
  /** Dials now instead of waiting. */
  wake(): void;
  close(): void;
}

/** Opens a session; throws a ClientOptionsError when the platform has no WebSocket. */
export function createPicoSession(options: PicoSessionOptions): PicoSession {
  return new ReconnectingPicoSession(options);
}

class ReconnectingPicoSession implements PicoSession {
  readonly sessionId: string;
  readonly #client: Client;
  readonly #newId: () => string;
  readonly #now: () => number;
  readonly #events: Emitter<{ change: undefined; frame: ServerFrame }> = createEmitter();
  readonly #position = createPicoPosition();
  #snapshot: PicoSnapshot;

  constructor({ url, sessionId, history = [], newId = createId, ...options }: PicoSessionOptions) {
    this.#newId = newId;
    this.#now = options.now ?? Date.now;
    this.sessionId = sessionId ?? newId();
    this.#client = createClient({
      keepUntilAcknowledged: (subprotocol) => subprotocol === Subprotocol.v2,
      // Before its first `hello` a client could not say what it has missed when the connection is lost.
      waitsForGreeting: (subprotocol) => subprotocol === Subprotocol.v2,
      ...options,
      url: () => picoUrl(url, { id: this.sessionId, after: this.#position.after }),
    });
    const connection = this.#client.status;
    this.#snapshot = { sessionId: this.sessionId, connection, messages: history, typing: false };
    this.#client.on('status', (status) => this.#follow(status));
    this.#client.on('message', (text) => this.#receive(text));
  }

  // Arrow functions where React calls them detached.
  getSnapshot = (): PicoSnapshot => this.#snapshot;

  subscribe = (listener: () => void): (() => void) => this.#events.on('change', listener);

  onFrame(listener: (frame: ServerFrame) => void): () => void {
    return this.#events.on('frame', listener);
  }

  send(message: string | PicoSend): ChatMessage {
    const { content, media, attachments } = typeof message === 'string' ? { content: message } : message;
    const added: ChatMessage = {
      id: this.#newId(),
      author: 'person',
      content,
      createdAt: this.#now(),
      delivery: 'queued',
      ...(media === undefined ? {} : { media }),
      ...(attachments === undefined ? {} : { attachments }),
    };
    const { error: _seen, ...rest } = this.#snapshot;
    this.#publish({ ...rest, messages: [...rest.messages, added] });
    return this.#dispatch(added);
  }

  retry(id: string): void {
    const message = this.#message(id);
    if (message?.delivery !== 'failed') return;
    const { failure: _failed, ...again } = message;
    const queued: ChatMessage = { ...again, delivery: 'queued' };
    this.#publish({
      ...this.#snapshot,
      messages: this.#snapshot.messages.map((each) => (each.id === id ? queued : each)),
    });
    this.#dispatch(queued);
  }

  cancel(messageId?: string): void {
    // Never kept for later: by the next connection it would stop another answer.
    this.#client.sendNow(
      encodeFrame({ type: 'message.cancel', payload: messageId === undefined ? {} : { message_id: messageId } }),
    );
  }

  setHistory(messages: readonly ChatMessage[]): void {
    const since = saidSince(this.#snapshot.messages, messages);
    this.#publish({ ...this.#snapshot, messages: [...messages, ...since] });
  }

  wake(): void {
    this.#client.wake();
  }

  close(): void {
    this.#client.close();
  }

  #dispatch({ id, content, createdAt, media, attachments }: ChatMessage): ChatMessage {
    const text = encodeFrame({
      type: 'message.send',
      id,
      session_id: this.sessionId,
      timestamp: createdAt,
      payload: {
        content,
        ...(media === undefined ? {} : { media: [...media] }),
        ...(attachments === undefined ? {} : { attachments: [...attachments] }),
      },
    });
    const outcome = this.#client.send(text, { id, onSent: () => this.#change(id, { delivery: 'sent' }) });
    if (!outcome.ok) this.#change(id, { delivery: 'failed', failure: { code: outcome.reason } });
    return this.#message(id) as ChatMessage;
  }

  #receive(text: string): void {
    const result = parseServerFrame(text);
    // A newer server may say things this client does not know; they are not errors.
    if (!result.ok || !this.#position.take(result.frame)) return;
    this.#apply(result.frame);
    this.#events.emit('frame', result.frame);
  }

  #apply(frame: ServerFrame): void {
    if (frame.type === 'hello') this.#client.greeted();
    if (frame.type === 'ack') this.#client.acknowledge(frame.payload.id);
    // Refused is answered as well: whoever wants it sent again says so by `retry`.
    if (frame.type === 'error') this.#client.acknowledge(frame.payload.request_id ?? '');
    const before = this.#snapshot;
    const messages = applyServerFrame(before.messages, frame, this.#now());
    const typing = frame.type === 'typing.start' || (frame.type !== 'typing.stop' && before.typing);
    const pinned = messages !== before.messages;
    const error = frame.type === 'error' && !pinned ? frame.payload : undefined;
    if (!pinned && typing === before.typing && error === undefined) return;
    const failure = error === undefined ? {} : { error: { code: error.code, message: error.message } };
    this.#publish({ ...before, messages, typing, ...failure });
  }

  #follow(connection: ClientStatus): void {
    const { messages } = this.#snapshot;
    this.#publish({
      ...this.#snapshot,
      connection,
      // Nobody will say typing.stop of a connection that is gone.
      typing: connection.state === 'connected' && this.#snapshot.typing,
      messages: connection.state === 'closed' ? failQueued(messages) : messages,
    });
  }

  #message(id: string): ChatMessage | undefined {
    return this.#snapshot.messages.find((message) => message.id === id);
  }

  #change(id: string, change: Partial<ChatMessage>): void {
    this.#publish({ ...this.#snapshot, messages: changeMessage(this.#snapshot.messages, id, change) });
  }

  #publish(snapshot: PicoSnapshot): void {
    this.#snapshot = snapshot;
    this.#events.emit('change', undefined);
  }
}

/** Of what is shown, that which is newer than a history; what never reached the server is no part of any. */
function saidSince(shown: MessageList, history: MessageList): MessageList {
  const known = new Set(history.map(({ id }) => id));
  const firstKnown = shown.findIndex(({ id }) => known.has(id));
  const newestAt = history.at(-1)?.createdAt ?? Number.NEGATIVE_INFINITY;
  return shown.filter((message, position) => {
    if (known.has(message.id)) return false;
    if (message.author === 'person' && message.delivery !== 'stored') return true;
    return firstKnown === -1 ? message.createdAt >= newestAt : position > firstKnown;
  });
}

function failQueued(messages: MessageList): MessageList {
  return messages.map((message) =>
    message.delivery === 'queued' ? { ...message, delivery: 'failed', failure: { code: 'closed' } } : message,
  );
}
