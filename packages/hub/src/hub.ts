import { CloseCode, CloseReason } from '@picoclaw/protocol';
import type { BackplaneStatus, Publication } from './backplane.ts';
import { Connection, type HubConnection } from './connection.ts';
import { createDelivery, type Delivery } from './delivery.ts';
import { checkChannel, processChannel, writeDraft } from './draft.ts';
import { Frame } from './frame.ts';
import { type HubOptions, type ResolvedHubOptions, resolveHubOptions } from './hub-options.ts';
import { type HubIdentity, snapshotIdentity } from './identity.ts';
import { createInbound } from './inbound.ts';
import { createLeaving, type Leaving } from './leaving.ts';
import { startSweep } from './liveness-sweep.ts';
import type { HubSocket } from './socket.ts';
import {
  createSubscriptions,
  type SubscribeOptions,
  type SubscribeResult,
  type Subscriptions,
} from './subscriptions.ts';

/** What a hub has done and holds; of this node alone. */
export interface HubStats {
  readonly connections: number;
  readonly channels: number;
  readonly subscriptions: number;
  /** Messages that came from the backplane, and the copies of them that were handed to clients. */
  readonly published: number;
  readonly delivered: number;
  /** Copies that a slow client did not get: by `drop`, or because `latest` had a newer one. */
  readonly dropped: number;
  readonly gaps: number;
  /** Connections ended for not reading (1013). */
  readonly slowDisconnects: number;
  /** Bytes that wait for clients at this moment. */
  readonly pendingBytes: number;
}

/** How many clients of this node a message goes to. */
export interface Published {
  readonly recipients: number;
}

/** Connections, channels and what goes from one to the other (hub-client.md). */
export interface Hub {
  /**
   * Takes over an open socket whose client was authenticated before. `undefined`: the hub is closed (the socket gets 1001)
   * or full (1013). Throws a HubError (`invalid_identity`).
   */
  add(socket: HubSocket, identity: HubIdentity): HubConnection | undefined;
  subscribe(connection: HubConnection, channel: string, options?: SubscribeOptions): Promise<SubscribeResult>;
  unsubscribe(connection: HubConnection, channel: string): boolean;
  /** To all subscribers of the channel. Throws a HubError (`invalid_channel`, `not_serialisable`); then nothing is sent. */
  publish(channel: string, data: unknown): Published;
  /** To every connection. Throws a HubError (`not_serialisable`). */
  broadcast(data: unknown): Published;
  /** To `process:<id>`; `offset` is the line's number. Throws a HubError (`invalid_process_id`). */
  publishProcessOutput(processId: string, line: string, offset?: number): Published;
  publishProcessStatus(processId: string, status: string, exitCode: number | null): Published;
  publishEvent(name: string, data: unknown): Published;
  publishError(text: string): Published;
  /** Ends every connection that the filter names; answers with their number. */
  disconnect(filter: (connection: HubConnection) => boolean, code: CloseCode, reason: string): number;
  readonly isFull: boolean;
  stats(): HubStats;
  subscriberCount(channel: string): number;
  connections(): readonly HubConnection[];
  channels(): readonly string[];
  backplaneStatus(): BackplaneStatus;
  /** Ends all connections with 1001, after `graceMs` (2000) without waiting for them. Safe to call again. */
  close(options?: { graceMs?: number }): Promise<void>;
}

/** Makes a hub, which is live at once. */
export function createHub(options: HubOptions = {}): Hub {
  return new LiveHub(resolveHubOptions(options));
}

class LiveHub implements Hub {
  readonly #options: ResolvedHubOptions;
  readonly #connections = new Map<string, Connection>();
  readonly #subscriptions: Subscriptions;
  readonly #delivery: Delivery;
  readonly #leaving: Leaving;
  readonly #receive: (connection: Connection, data: unknown, isBinary: boolean) => void;
  readonly #stopSweep: () => void;
  #published = 0;
  #closing: Promise<void> | undefined;

  constructor(options: ResolvedHubOptions) {
    this.#options = options;
    this.#subscriptions = createSubscriptions(options);
    this.#leaving = createLeaving();
    this.#delivery = createDelivery(options, (slow) => this.#end(slow, CloseCode.tryAgainLater, SLOW));
    this.#receive = createInbound(options, {
      subscribe: (connection, channel, how) => this.#subscribe(connection, channel, how),
      unsubscribe: (connection, channel) => this.#subscriptions.remove(connection, channel),
      reply: (connection, frame) => this.#delivery.reply(connection, frame),
      end: (connection, code, reason) => this.#end(connection, code, reason),
    });
    this.#stopSweep = startSweep(options, {
      connections: () => this.#connections.values(),
      ping: (connection) => this.#delivery.ping(connection),
      isDead: (connection) => this.#remove(connection, 1006, 'silent') && connection.socket.terminate(),
    });
    options.backplane.open((publication) => this.#deliver(publication));
    options.signal?.addEventListener('abort', () => void this.close(), { once: true });
    if (options.signal?.aborted) void this.close();
  }

  get isFull(): boolean {
    return this.#connections.size >= this.#options.maxConnections;
  }

  add(socket: HubSocket, identity: HubIdentity): HubConnection | undefined {
    const { monotonicNow, onConnect } = this.#options;
    const connection = new Connection(socket, snapshotIdentity(identity), { ...this.#options, now: monotonicNow() });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#remove(connection, 1006, '');
      this.#leaving.left(connection);
    });
    if (this.#closing !== undefined || this.isFull) {
      const isClosed = this.#closing !== undefined;
      connection.isOpen = false;
      this.#leaving.close(
        connection,
        isClosed ? CloseCode.shutdown : CloseCode.tryAgainLater,
        isClosed ? CloseReason.shutdown : CloseReason.tryAgainLater,
      );
      return undefined;
    }
    this.#connections.set(connection.id, connection);
    socket.on('message', (data, isBinary = false) => this.#receive(connection, data, isBinary));
    socket.on('pong', () => {
      connection.lastSeenAt = monotonicNow();
    });
    this.#tell(() => onConnect?.(connection));
    return connection;
  }

  async subscribe(
    connection: HubConnection,
    channel: string,
    options: SubscribeOptions = {},
  ): Promise<SubscribeResult> {
    const own = this.#connections.get(connection.id);
    if (own !== undefined) return this.#subscribe(own, channel, options);
    return { ok: false, code: 'closed', message: 'The connection is not open.' };
  }

  unsubscribe(connection: HubConnection, channel: string): boolean {
    const own = this.#connections.get(connection.id);
    return own !== undefined && this.#subscriptions.remove(own, channel);
  }

  publish(channel: string, data: unknown): Published {
    checkChannel(channel);
    return this.#publish(channel, { type: 'event', data });
  }

  broadcast(data: unknown): Published {
    return this.#publish(undefined, { type: 'event', data });
  }

  publishProcessOutput(processId: string, line: string, offset?: number): Published {
    return this.#publish(processChannel(processId), { type: 'process_output', processId, data: line, offset });
  }

  publishProcessStatus(processId: string, status: string, exitCode: number | null): Published {
    const data = { status, exitCode };
    return this.#publish(processChannel(processId), { type: 'process_status', processId, data });
  }

  publishEvent(name: string, data: unknown): Published {
    return this.#publish(undefined, { type: 'event', data: { event: name, data } });
  }

  publishError(text: string): Published {
    return this.#publish(undefined, { type: 'error', code: 'reported', message: text });
  }

  disconnect(filter: (connection: HubConnection) => boolean, code: CloseCode, reason: string): number {
    const ended = [...this.#connections.values()].filter(filter);
    for (const connection of ended) this.#end(connection, code, reason);
    return ended.length;
  }

  stats(): HubStats {
    const all = [...this.#connections.values()];
    return {
      connections: all.length,
      channels: this.#subscriptions.channels.length,
      subscriptions: this.#subscriptions.count,
      published: this.#published,
      ...this.#delivery.counts,
      pendingBytes: all.reduce((sum, { outgoing }) => sum + outgoing.pressure, 0),
    };
  }

  subscriberCount(channel: string): number {
    return this.#subscriptions.of(channel).size;
  }

  connections(): readonly HubConnection[] {
    return [...this.#connections.values()].sort((one, other) => one.id.localeCompare(other.id));
  }

  channels(): readonly string[] {
    return this.#subscriptions.channels;
  }

  backplaneStatus(): BackplaneStatus {
    return this.#options.backplane.status();
  }

  close({ graceMs = 2_000 } = {}): Promise<void> {
    this.#closing ??= this.#close(graceMs);
    return this.#closing;
  }

  async #close(graceMs: number): Promise<void> {
    this.#stopSweep();
    // In the next turn, for `closing` is what refuses newcomers meanwhile.
    await Promise.resolve();
    this.disconnect(() => true, CloseCode.shutdown, CloseReason.shutdown);
    this.#delivery.close();
    await this.#leaving.allLeft(graceMs);
    await this.#options.backplane.close();
  }

  #publish(channel: string | undefined, members: Readonly<Record<string, unknown>>): Published {
    const draft = writeDraft(channel, { ...members, time: this.#options.now() });
    const recipients = channel === undefined ? this.#connections.size : this.subscriberCount(channel);
    if (this.#closing === undefined) this.#options.backplane.publish(draft);
    return { recipients };
  }

  /** The one path of every message, from here or from another node. */
  #deliver(publication: Publication): void {
    const { channel } = publication;
    this.#published += 1;
    const frame = frameOf(publication);
    const policy = channel === undefined ? 'disconnect' : this.#options.policyOf(channel);
    const audience = channel === undefined ? this.#connections.values() : this.#subscriptions.of(channel);
    for (const connection of audience) this.#delivery.send(connection, frame, channel, policy);
  }

  #subscribe(connection: Connection, channel: string, { after, ref }: SubscribeOptions): Promise<SubscribeResult> {
    const { backplane, policyOf, onSubscribe } = this.#options;
    return this.#subscriptions.add(connection, channel, () => {
      const missed = after === undefined ? undefined : backplane.since(channel, after);
      const id = missed?.ok ? after : backplane.latestId(channel);
      if (ref !== undefined) this.#delivery.reply(connection, { type: 'ack', ref, channel, id });
      if (missed !== undefined) {
        const frames = missed.ok ? missed.publications.map(frameOf) : undefined;
        this.#delivery.replay(connection, channel, frames, policyOf(channel));
      }
      this.#tell(() => onSubscribe?.(connection, channel));
    });
  }

  #end(connection: Connection, code: CloseCode, reason: string): void {
    if (!this.#remove(connection, code, reason)) return;
    if (code !== CloseCode.tryAgainLater) connection.outgoing.flush();
    this.#leaving.close(connection, code, reason);
  }

  /** From here on nothing is sent to it; answers whether it was there. */
  #remove(connection: Connection, code: number, reason: string): boolean {
    if (!this.#connections.delete(connection.id)) return false;
    connection.isOpen = false;
    this.#subscriptions.removeAll(connection);
    this.#delivery.forget(connection);
    this.#tell(() => this.#options.onDisconnect?.(connection, code, reason));
    return true;
  }

  /** A callback can neither break the hub nor be in its way, and may call it. */
  #tell(call: () => void): void {
    queueMicrotask(() => {
      try {
        call();
      } catch (error) {
        this.#options.onError(error);
      }
    });
  }
}

const SLOW = 'too slow, messages are waiting';

function frameOf({ id, body }: Publication): Frame {
  return new Frame(`{"id":${JSON.stringify(id)},${body}}`);
}
