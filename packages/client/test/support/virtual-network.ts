import { type Client, type ClientOptions, createClient } from '../../src/index.ts';
import type { WebSocketConstructor, WebSocketLike } from '../../src/web-socket.ts';
import { createManualClock } from './manual-clock.ts';

/** How long a handshake and a message take, ms. */
const LATENCY_MS = 5;
const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 3;

type Listener = (event: { data: unknown; code: number; reason: string }) => void;

/** Draws that are the same in each run (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A server and a network in time that only a test lets pass: thousands of clients live through minutes in a second. */
export function createVirtualNetwork(seed: number) {
  const clock = createManualClock();
  const random = createRandom(seed);
  const startedAt = clock.now();
  const open = new Set<VirtualSocket>();
  const dials: number[] = [];
  const server = { isUp: true, holdsMs: Number.POSITIVE_INFINITY };

  class VirtualSocket implements WebSocketLike {
    readyState = CONNECTING;
    readonly protocol = '';
    readonly #listeners = new Map<string, Listener[]>();

    constructor() {
      dials.push(clock.now() - startedAt);
      const { isUp } = server;
      clock.timers.set(() => (isUp ? this.#open() : this.end(1006)), LATENCY_MS);
    }

    addEventListener(type: string, listener: Listener | (() => void)): void {
      this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
    }

    /** Whatever the client says, a pong comes back. */
    send(): void {
      clock.timers.set(() => this.#tell('message', { data: '{"type":"pong"}' }), LATENCY_MS);
    }

    close(): void {
      this.end(1000);
    }

    end(code: number): void {
      if (this.readyState === CLOSED) return;
      this.readyState = CLOSED;
      open.delete(this);
      this.#tell('close', { code, reason: '' });
    }

    #open(): void {
      if (this.readyState !== CONNECTING) return;
      this.readyState = OPEN;
      open.add(this);
      this.#tell('open', {});
      if (Number.isFinite(server.holdsMs)) clock.timers.set(() => this.end(1011), server.holdsMs);
    }

    #tell(type: string, event: Partial<Parameters<Listener>[0]>): void {
      for (const listener of this.#listeners.get(type) ?? []) listener({ data: '', code: 0, reason: '', ...event });
    }
  }

  return {
    clock,
    server,
    connected: () => open.size,
    /** Ends all connections at once. */
    drop(code: number) {
      for (const socket of [...open]) socket.end(code);
    },
    /** The times of the dials so far, ms since the beginning; takes them out. */
    takeDials: () => dials.splice(0),
    sinceStartMs: () => clock.now() - startedAt,
    dial: (options: Partial<ClientOptions> = {}): Client =>
      createClient({
        url: 'ws://virtual/',
        webSocket: VirtualSocket satisfies WebSocketConstructor,
        random,
        now: clock.now,
        timers: clock.timers,
        ...options,
      }),
  };
}
