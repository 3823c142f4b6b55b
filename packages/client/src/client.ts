import { CloseCode, CloseReason, mayReconnect } from '@picoclaw/protocol';
import { type Backoff, createBackoff } from './backoff.ts';
import { type ClientOptions, dialTarget, type ResolvedClientOptions, resolveClientOptions } from './client-options.ts';
import type { ClientStatus, ClosedBecause } from './client-status.ts';
import { Connection, type ConnectionEnd } from './connection.ts';
import { createEmitter, type Emitter } from './emitter.ts';
import { createOutbox, type Outbox, type OutboxEntry } from './outbox.ts';
import { createRateCount, type RateCount } from './send-rate.ts';

/** What a client tells; listeners run after its state is settled. */
export interface ClientEvents {
  status: ClientStatus;
  /** A connection is up and the outbox has been sent; `reconnected` is false the first time only. */
  open: { subprotocol: string; reconnected: boolean };
  /** One text message. */
  message: string;
  /** A connection, or a try at one, ended by itself; `status` says what comes next. */
  end: ConnectionEnd;
}

/** What became of a message: handed to an open socket, kept for the next one, or not taken. */
export type SendOutcome = { ok: true; state: 'sent' | 'queued' } | { ok: false; reason: 'outbox_full' | 'closed' };

/** A WebSocket that comes back. */
export interface Client {
  readonly status: ClientStatus;
  on<Name extends keyof ClientEvents>(name: Name, listener: (event: ClientEvents[Name]) => void): () => void;
  /** Sends, or keeps the message while there is no connection; messages leave in the order they came. */
  send(text: string, entry?: Omit<OutboxEntry, 'text'>): SendOutcome;
  /** Sends on this connection or never, before what the outbox keeps; false when there is no connection. */
  sendNow(text: string): boolean;
  /** The other end has said on this connection where it is: what waits for that is sent. */
  greeted(): void;
  /** Forgets a message that is kept until the server has acknowledged it. */
  acknowledge(id: string): void;
  /** Pings this often on this connection, ms: what the other end wishes, from one second to what the options say. */
  setHeartbeat(heartbeatMs: number): void;
  /** Dials now instead of waiting; when connected, finds out whether the connection still lives. */
  wake(): void;
  /** Ends for good; safe to call again. */
  close(): void;
}

/** Makes a client and dials at once; throws a ClientOptionsError when the platform has no WebSocket. */
export function createClient(options: ClientOptions): Client {
  return new ReconnectingClient(resolveClientOptions(options));
}

/** However short a heartbeat the other end wishes. */
const MIN_HEARTBEAT_MS = 1_000;

class ReconnectingClient implements Client {
  readonly #options: ResolvedClientOptions;
  readonly #events: Emitter<ClientEvents> = createEmitter();
  readonly #outbox: Outbox;
  readonly #backoff: Backoff;
  readonly #stopWaking: () => void;
  #status: ClientStatus = { state: 'connecting', attempt: 0 };
  #connection: Connection | undefined;
  #rate: RateCount;
  /** What is for this connection alone, and goes before what the outbox keeps. */
  #urgent: string[] = [];
  #retryTimer: unknown;
  #rateTimer: unknown;
  #stableTimer: unknown;
  #wasOpen = false;
  #isGreeted = false;

  constructor(options: ResolvedClientOptions) {
    this.#options = options;
    this.#outbox = createOutbox(options.maxOutbox);
    this.#rate = createRateCount(options.sendRate, options.now);
    this.#backoff = createBackoff({ ...options.backoff, random: options.random, maxAttempts: options.maxAttempts });
    this.#stopWaking = options.wakeSource(() => this.wake());
    this.#dial();
  }

  get status(): ClientStatus {
    return this.#status;
  }

  on<Name extends keyof ClientEvents>(name: Name, listener: (event: ClientEvents[Name]) => void): () => void {
    return this.#events.on(name, listener);
  }

  send(text: string, entry: Omit<OutboxEntry, 'text'> = {}): SendOutcome {
    if (this.#status.state === 'closed') return { ok: false, reason: 'closed' };
    let sent = false;
    const onSent = () => {
      sent = true;
      entry.onSent?.();
    };
    if (!this.#outbox.add({ ...entry, text, onSent })) return { ok: false, reason: 'outbox_full' };
    this.#flush();
    return { ok: true, state: sent ? 'sent' : 'queued' };
  }

  sendNow(text: string): boolean {
    if (this.#status.state !== 'connected') return false;
    this.#urgent.push(text);
    this.#flush();
    return true;
  }

  setHeartbeat(heartbeatMs: number): void {
    this.#connection?.setHeartbeat(Math.min(this.#options.heartbeatMs, Math.max(MIN_HEARTBEAT_MS, heartbeatMs)));
  }

  greeted(): void {
    this.#isGreeted = true;
    this.#flush();
  }

  acknowledge(id: string): void {
    this.#outbox.acknowledge(id);
  }

  wake(): void {
    if (this.#status.state === 'connected') this.#connection?.probe();
    if (this.#status.state === 'disconnected') this.#dial();
  }

  close(): void {
    this.#finish('closed_here');
  }

  #dial(): void {
    this.#options.timers.clear(this.#retryTimer);
    try {
      this.#connection = new Connection({
        ...this.#options,
        ...dialTarget(this.#options),
        onOpen: (subprotocol) => this.#opened(subprotocol),
        onText: (text) => this.#events.emit('message', text),
        onEnd: (end) => this.#ended(end),
      });
    } catch (error) {
      // A bad address, a token that cannot travel or a page that may not dial it: no later try would differ.
      this.#finish('cannot_dial', { error });
      return;
    }
    this.#update({ state: 'connecting' });
  }

  #opened(subprotocol: string): void {
    const { timers, now, stableMs, sendRate, greeting, waitsForGreeting } = this.#options;
    this.#rate = createRateCount(sendRate, now);
    this.#urgent = [...greeting()];
    this.#stableTimer = timers.set(() => this.#backoff.reset(), stableMs);
    const reconnected = this.#wasOpen;
    this.#wasOpen = true;
    this.#isGreeted = !waitsForGreeting(subprotocol);
    this.#status = this.#next({ state: 'connected', subprotocol });
    // Before anybody hears of it: what they send in their listeners comes after what has been waiting.
    this.#flush();
    this.#events.emit('status', this.#status);
    this.#events.emit('open', { subprotocol, reconnected });
  }

  #ended(end: ConnectionEnd): void {
    const { timers, now } = this.#options;
    this.#connection = undefined;
    this.#outbox.rewind();
    timers.clear(this.#stableTimer);
    timers.clear(this.#rateTimer);
    const delayMs = mayReconnect(end.code) ? this.#backoff.next(this.#wasOpen) : undefined;
    if (delayMs === undefined) {
      this.#finish(mayReconnect(end.code) ? 'attempts_exhausted' : 'closed_by_server', { lastEnd: end });
    } else {
      this.#retryTimer = timers.set(() => this.#dial(), delayMs);
      this.#update({ state: 'disconnected', nextAttemptAt: now() + delayMs, lastEnd: end });
    }
    this.#events.emit('end', end);
    if (!end.opened) void this.#diagnose(end);
  }

  async #diagnose(end: ConnectionEnd): Promise<void> {
    try {
      const diagnosis = await this.#options.diagnose?.(end);
      // A connection that has come up meanwhile knows better.
      if (diagnosis === 'stop' && this.#status.state !== 'connected') this.#finish('refused', { lastEnd: end });
    } catch {
      // Whoever could not be asked is most likely down as well: trying again is what is under way.
    }
  }

  #flush(): void {
    const { subprotocol } = this.#status;
    const connection = this.#connection;
    if (subprotocol === undefined || connection === undefined) return;
    const { timers, keepUntilAcknowledged } = this.#options;
    let isHeldBack = false;
    const send = (text: string) => {
      isHeldBack = !this.#rate.take();
      return !isHeldBack && connection.send(text);
    };
    while (this.#urgent[0] !== undefined && send(this.#urgent[0])) this.#urgent.shift();
    if (this.#urgent.length === 0 && this.#isGreeted) this.#outbox.flush(send, keepUntilAcknowledged(subprotocol));
    timers.clear(this.#rateTimer);
    if (isHeldBack) this.#rateTimer = timers.set(() => this.#flush(), this.#rate.waitMs());
  }

  #finish(closedBecause: ClosedBecause, more: Partial<ClientStatus> = {}): void {
    if (this.#status.state === 'closed') return;
    const { timers } = this.#options;
    timers.clear(this.#retryTimer);
    timers.clear(this.#stableTimer);
    timers.clear(this.#rateTimer);
    this.#stopWaking();
    this.#outbox.clear();
    this.#connection?.close(CloseCode.normal, CloseReason.normal);
    this.#connection = undefined;
    this.#update({ state: 'closed', closedBecause, ...more });
  }

  #next(change: Partial<ClientStatus> & Pick<ClientStatus, 'state'>): ClientStatus {
    const { lastEnd } = this.#status;
    return { attempt: this.#backoff.attempt, ...(lastEnd === undefined ? {} : { lastEnd }), ...change };
  }

  #update(change: Partial<ClientStatus> & Pick<ClientStatus, 'state'>): void {
    this.#status = this.#next(change);
    this.#events.emit('status', this.#status);
  }
}
