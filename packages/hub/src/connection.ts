import { randomUUID } from 'node:crypto';
import type { HubIdentity } from './identity.ts';
import { createOutgoing, type Outgoing } from './outgoing.ts';
import { createBucket, type Rate } from './rate.ts';
import type { HubSocket } from './socket.ts';

/** A client of the hub, as others see it. */
export interface HubConnection {
  readonly id: string;
  readonly identity: HubIdentity;
  /** What it is subscribed to at this moment, sorted. */
  readonly channels: readonly string[];
}

/** What a connection is to the hub itself. Times in ms of a monotonic clock. */
export class Connection implements HubConnection {
  readonly id = randomUUID();
  readonly identity: HubIdentity;
  readonly socket: HubSocket;
  readonly outgoing: Outgoing;
  readonly subscribed = new Set<string>();
  /** Subscriptions whose authorisation is under way; an `unsubscribe` meanwhile takes them out. */
  readonly pending = new Map<string, { waiting: number; isCancelled: boolean }>();
  readonly inboundRate: { take(now: number): boolean };
  readonly errorRate: { take(now: number): boolean };
  isOpen = true;
  isDirty = false;
  lastSeenAt: number;
  lastPingAt: number;
  /** What the client calls its session; its sends are told apart by it across reconnects. */
  session: string;

  constructor(socket: HubSocket, identity: HubIdentity, options: ConnectionOptions) {
    this.socket = socket;
    this.identity = identity;
    this.outgoing = createOutgoing(socket, options.highWaterBytes);
    this.inboundRate = createBucket(options.inbound);
    this.errorRate = createBucket({ perSecond: MAX_ERRORS / 60, burst: MAX_ERRORS });
    this.lastSeenAt = options.now;
    this.lastPingAt = options.now;
    this.session = this.id;
  }

  get channels(): readonly string[] {
    return [...this.subscribed].sort();
  }
}

interface ConnectionOptions {
  readonly highWaterBytes: number;
  readonly inbound: Rate;
  readonly now: number;
}

/** Malformed messages within a minute; the next one ends the connection. */
const MAX_ERRORS = 5;
