import { EventEmitter } from 'node:events';
import type { HubSocket } from '../../src/index.ts';

/** What a hub said, as its client reads it. */
export type Heard = { readonly type: string } & Readonly<Record<string, unknown>>;

/** A socket whose other end is the test: it takes everything at once, unless it is told to be slow. */
export interface ASocket extends HubSocket {
  /** What is buffered beside what `isStalled` keeps. */
  bufferedAmount: number;
  /** Whether nothing is read: everything sent stays in `bufferedAmount`. */
  isStalled: boolean;
  /** Whether the other end answers a closing handshake. */
  answersClose: boolean;
  readonly texts: readonly string[];
  readonly heard: readonly Heard[];
  /** The code and reason it was closed with. */
  readonly closedWith: readonly [code: number, reason: string] | undefined;
  readonly isTerminated: boolean;
  readonly pings: number;
  /** The client says something. */
  say(message: unknown): void;
  emit(event: string, ...values: unknown[]): boolean;
  /** Reads what it kept back. */
  drain(): void;
}

/** Makes an open socket. */
export function aSocket({ hasPing = true } = {}): ASocket {
  const events = new EventEmitter();
  const texts: string[] = [];
  let closedWith: [number, string] | undefined;
  let isTerminated = false;
  let pings = 0;
  const socket: ASocket = {
    bufferedAmount: 0,
    isStalled: false,
    answersClose: true,
    texts,
    get heard() {
      return texts.map((text) => JSON.parse(text) as Heard);
    },
    get closedWith() {
      return closedWith;
    },
    get isTerminated() {
      return isTerminated;
    },
    get pings() {
      return pings;
    },
    send(text) {
      texts.push(text);
      if (socket.isStalled) socket.bufferedAmount += Buffer.byteLength(text);
    },
    close(code, reason) {
      closedWith = [code, reason];
      if (socket.answersClose) queueMicrotask(() => events.emit('close'));
    },
    terminate() {
      isTerminated = true;
      queueMicrotask(() => events.emit('close'));
    },
    on: (event: string, listener: (...values: never[]) => void) => events.on(event, listener as () => void),
    say: (message) =>
      void events.emit('message', typeof message === 'string' ? message : JSON.stringify(message), false),
    emit: (event, ...values) => events.emit(event, ...values),
    drain() {
      socket.isStalled = false;
      socket.bufferedAmount = 0;
    },
  };
  if (hasPing) {
    socket.ping = () => {
      pings += 1;
    };
  }
  return socket;
}
