import { CloseCode, type HubClientFrame, type HubErrorFrame, parseHubServerFrame } from '@picoclaw/protocol';
import { type Client, createClient } from './client.ts';
import type { ClientOptions } from './client-options.ts';
import type { ClientStatus } from './client-status.ts';
import type { ConnectionEnd } from './connection.ts';
import { createEmitter, type Emitter } from './emitter.ts';
import { byteLength, createHubSends, type HubSendOutcome } from './hub-sends.ts';
import { createHubSubscription, type HubPublication, type HubSubscription } from './hub-subscription.ts';
import { createId } from './id.ts';
import { createRecentIds } from './recent-ids.ts';

/** The options of a hub's client: those of its connection, and how large a message it may send. */
export interface HubClientOptions
  extends Omit<ClientOptions, 'pingText' | 'keepUntilAcknowledged' | 'waitsForGreeting' | 'greeting'> {
  /** The longest message that the hub takes (64 KiB); a longer one would only cost the connection. */
  maxSendBytes?: number;
}

/** How a subscription begins and what it does when something was missed. */
export interface HubSubscribeOptions {
  /** The id to resume after, from an earlier life (default: begins with the next message); the first handler's counts. */
  after?: string;
  /** Something was missed that the hub no longer has: fetch the whole again. */
  onGap?: () => void;
}

/** What a hub's client tells besides the messages of its subscriptions. */
export interface HubClientEvents {
  status: ClientStatus;
  /** Everything published that comes here, once. */
  message: HubPublication;
  gap: { channel: string };
  /** A request that the hub refused, a subscription for example (`channel` names it), or an error published to all. */
  error: HubErrorFrame;
}

/** A subscriber of a hub's channels that outlives connections. */
export interface HubClient {
  readonly status: ClientStatus;
  /** The name under which the hub remembers what this client sent; the same on each of its connections. */
  readonly session: string;
  /** Hears a channel, from now on and after each reconnect from where it was; returns the function that ends it. */
  subscribe(channel: string, handler: (publication: HubPublication) => void, options?: HubSubscribeOptions): () => void;
  /** Hears what goes to every client; what comes while there is no connection is missed. */
  onBroadcast(handler: (publication: HubPublication) => void): () => void;
  /**
   * Sends, at least once: kept and sent again on each connection until the hub has answered. The promise never rejects;
   * without an answer it waits until `close`.
   */
  send(channel: string, data: unknown): Promise<HubSendOutcome>;
  on<Name extends keyof HubClientEvents>(name: Name, listener: (event: HubClientEvents[Name]) => void): () => void;
  /** Dials now instead of waiting; when connected, finds out whether the connection still lives. */
  wake(): void;
  /** Ends for good; safe to call again. */
  close(): void;
}

/** Connects to a hub; throws a ClientOptionsError when the platform has no WebSocket. */
export function createHubClient(options: HubClientOptions): HubClient {
  return new ReconnectingHubClient(options);
}

const encode = (frame: HubClientFrame): string => JSON.stringify(frame);

class ReconnectingHubClient implements HubClient {
  readonly session = createId();
  readonly #client: Client;
  readonly #maxSendBytes: number;
  readonly #events: Emitter<HubClientEvents & { broadcast: HubPublication }> = createEmitter();
  readonly #subscriptions = new Map<string, HubSubscription>();
  readonly #sends = createHubSends();
  readonly #broadcasts = createRecentIds();
  /** The subscriptions asked for on this connection, by ref. */
  readonly #requests = new Map<string, { channel: string; subscription: HubSubscription }>();
  #lastRef = 0;

  constructor({ maxSendBytes = 65_536, ...options }: HubClientOptions) {
    this.#maxSendBytes = maxSendBytes;
    this.#client = createClient({
      ...options,
      keepUntilAcknowledged: () => true,
      greeting: () => this.#greeting(),
    });
    this.#client.on('status', (status) => this.#follow(status));
    this.#client.on('message', (text) => this.#receive(text));
    this.#client.on('end', (end) => this.#ended(end));
  }

  get status(): ClientStatus {
    return this.#client.status;
  }

  subscribe(
    channel: string,
    handler: (publication: HubPublication) => void,
    { after, onGap }: HubSubscribeOptions = {},
  ): () => void {
    const known = this.#subscriptions.get(channel);
    const subscription = known ?? createHubSubscription(channel, after);
    const remove = subscription.add(handler, onGap);
    if (known === undefined) {
      this.#subscriptions.set(channel, subscription);
      // Without a connection the greeting of the next one asks for it.
      if (this.status.state === 'connected') this.#client.sendNow(this.#request(channel, subscription));
    }
    return () => {
      remove();
      if (subscription.isUnused() && this.#subscriptions.get(channel) === subscription) this.#unsubscribe(channel);
    };
  }

  onBroadcast(handler: (publication: HubPublication) => void): () => void {
    return this.#events.on('broadcast', (publication) => handler(publication));
  }

  async send(channel: string, data: unknown): Promise<HubSendOutcome> {
    this.#lastRef += 1;
    const ref = this.#lastRef;
    const id = String(ref);
    const text = serialise({ type: 'send', ref, channel, data });
    if (text === undefined) return { ok: false, reason: 'unserialisable' };
    if (byteLength(text) > this.#maxSendBytes) return { ok: false, reason: 'too_large' };
    const outcome = this.#sends.add(id, text);
    const taken = this.#client.send(text, { id, onSent: () => this.#sends.handedOver(id) });
    if (!taken.ok) this.#sends.settle(id, taken);
    return outcome;
  }

  on<Name extends keyof HubClientEvents>(name: Name, listener: (event: HubClientEvents[Name]) => void): () => void {
    return this.#events.on(name, listener);
  }

  wake(): void {
    this.#client.wake();
  }

  close(): void {
    this.#client.close();
  }

  /** What a connection begins with: subscriptions before waiting messages, so that nobody misses an answer to those. */
  #greeting(): string[] {
    this.#requests.clear();
    return [
      encode({ type: 'hello', session: this.session }),
      ...Array.from(this.#subscriptions, ([channel, subscription]) => this.#request(channel, subscription)),
    ];
  }

  #request(channel: string, subscription: HubSubscription): string {
    this.#lastRef += 1;
    this.#requests.set(String(this.#lastRef), { channel, subscription });
    return encode(subscription.request(this.#lastRef));
  }

  #unsubscribe(channel: string): void {
    this.#subscriptions.delete(channel);
    for (const [ref, request] of this.#requests) if (request.channel === channel) this.#requests.delete(ref);
    this.#client.sendNow(encode({ type: 'unsubscribe', channel }));
  }

  #receive(text: string): void {
    const frame = parseHubServerFrame(text);
    // A newer hub may say things this client does not know; they are not errors.
    if (frame === undefined) return;
    switch (frame.type) {
      case 'pong':
        break;
      case 'welcome':
        this.#client.setHeartbeat(frame.heartbeatMs);
        break;
      case 'ping':
        this.#client.sendNow(encode({ type: 'pong' }));
        break;
      case 'ack':
        this.#acknowledged(String(frame.ref), frame.id);
        break;
      case 'gap':
        this.#missed(frame.channel);
        break;
      case 'error':
        this.#failed(frame);
        break;
      default:
        this.#published(frame);
    }
  }

  #acknowledged(ref: string, id: string | undefined): void {
    this.#client.acknowledge(ref);
    if (this.#sends.settle(ref, { ok: true })) return;
    const request = this.#requests.get(ref);
    this.#requests.delete(ref);
    if (request?.subscription.acknowledge(id) === false) this.#missed(request.channel);
  }

  #missed(channel: string): void {
    const subscription = this.#subscriptions.get(channel);
    if (subscription === undefined) return;
    subscription.emit('gap', undefined);
    this.#events.emit('gap', { channel });
  }

  #failed(frame: HubErrorFrame): void {
    const { id, code, message } = frame;
    if (id !== undefined && !this.#isNew(id, frame.channel)) return;
    const ref = String(frame.ref);
    this.#client.acknowledge(ref);
    if (this.#sends.settle(ref, { ok: false, reason: 'refused', code, message })) return;
    const request = this.#requests.get(ref);
    // The answer to a request that nobody waits for any more.
    if (frame.ref !== undefined && !this.#requests.delete(ref)) return;
    this.#events.emit('error', request === undefined ? frame : { ...frame, channel: request.channel });
  }

  #published(publication: HubPublication): void {
    const { channel, id } = publication;
    if (!this.#isNew(id, channel)) return;
    if (channel === undefined) this.#events.emit('broadcast', publication);
    else this.#subscriptions.get(channel)?.emit('message', publication);
    this.#events.emit('message', publication);
  }

  /** Says whether it is wanted here and has not been before. */
  #isNew(id: string, channel: string | undefined): boolean {
    return channel === undefined ? this.#broadcasts.add(id) : (this.#subscriptions.get(channel)?.advance(id) ?? false);
  }

  #follow(status: ClientStatus): void {
    if (status.state === 'closed') this.#sends.settleAll({ ok: false, reason: 'closed' });
    this.#events.emit('status', status);
  }

  #ended({ code }: ConnectionEnd): void {
    // Sent again, it would end each connection: of those sent the longest is over the limit if any of them is.
    const ref = code === CloseCode.tooLarge ? this.#sends.longest() : undefined;
    if (ref === undefined) return;
    this.#client.acknowledge(ref);
    this.#sends.settle(ref, { ok: false, reason: 'too_large' });
  }
}

/** The text of a frame; undefined when its data has none (a cycle, a bigint, a toJSON that throws). */
function serialise(frame: HubClientFrame): string | undefined {
  try {
    return encode(frame);
  } catch {
    return undefined;
  }
}
