import type { Backplane } from './backplane.ts';
import type { HubConnection } from './connection.ts';
import type { HubIdentity } from './identity.ts';
import { createMemoryBackplane } from './memory-backplane.ts';
import type { SlowPolicy } from './outgoing.ts';
import type { Rate } from './rate.ts';
import type { SendOutcome } from './send-memory.ts';

/** The options of a hub; all have defaults. */
export interface HubOptions {
  /** What carries publications, also to other nodes (default: this process alone). */
  readonly backplane?: Backplane;
  /** Whether somebody may subscribe (default: everybody may); asked for each subscription, a throw is a no. */
  readonly authorize?: (identity: HubIdentity, channel: string) => boolean | Promise<boolean>;
  /** What becomes of a channel's messages for a client that does not read (default: `disconnect`). */
  readonly policyOf?: (channel: string) => SlowPolicy;
  /** Silence after which a client is pinged, ms (30 000). */
  readonly heartbeatMs?: number;
  /** Silence after which it is taken for dead, ms (60 000; twice the heartbeat when that is not longer than one). */
  readonly silenceMs?: number;
  /** What may wait for one client, bytes (1 MiB). */
  readonly highWaterBytes?: number;
  /** The largest message taken from a client, bytes (64 KiB). */
  readonly maxMessageBytes?: number;
  /** Connections at once (100). */
  readonly maxConnections?: number;
  /** Subscriptions of one connection (1024). */
  readonly maxSubscriptions?: number;
  /** Messages taken from one client (50 a second, 100 at once). */
  readonly inbound?: Rate;
  /** Takes what clients `send` (default: that is refused); sent again, one is answered and not taken again. */
  readonly onSend?: (connection: HubConnection, channel: string, data: unknown) => Promise<SendOutcome> | SendOutcome;
  /** Callbacks run after the hub's own work, and what they throw goes to `onError`. */
  readonly onConnect?: (connection: HubConnection) => void;
  readonly onDisconnect?: (connection: HubConnection, code: number, reason: string) => void;
  /** After the first message of the subscription, if there was one to make good. */
  readonly onSubscribe?: (connection: HubConnection, channel: string) => void;
  readonly onError?: (error: unknown) => void;
  /** Ends the hub. */
  readonly signal?: AbortSignal;
  /** Unix ms, stamped on messages. */
  readonly now?: () => number;
  /** Monotonic ms. */
  readonly monotonicNow?: () => number;
}

/** The options with every default filled in. */
export type ResolvedHubOptions = Required<
  Omit<HubOptions, 'authorize' | 'onSend' | 'onConnect' | 'onDisconnect' | 'onSubscribe' | 'signal'>
> &
  Pick<HubOptions, 'authorize' | 'onSend' | 'onConnect' | 'onDisconnect' | 'onSubscribe' | 'signal'>;

/** Fills in the defaults; a number that is not above zero counts as not given. */
export function resolveHubOptions(options: HubOptions): ResolvedHubOptions {
  const positive = (value: number | undefined, fallback: number) =>
    value !== undefined && value > 0 ? value : fallback;
  const heartbeatMs = positive(options.heartbeatMs, 30_000);
  const silenceMs = positive(options.silenceMs, 2 * heartbeatMs);
  return {
    policyOf: () => 'disconnect',
    onError: () => {},
    now: Date.now,
    monotonicNow: () => performance.now(),
    inbound: { perSecond: 50, burst: 100 },
    ...options,
    backplane: options.backplane ?? createMemoryBackplane(),
    heartbeatMs,
    silenceMs: silenceMs > heartbeatMs ? silenceMs : 2 * heartbeatMs,
    highWaterBytes: positive(options.highWaterBytes, 1_048_576),
    maxMessageBytes: positive(options.maxMessageBytes, 65_536),
    maxConnections: positive(options.maxConnections, 100),
    maxSubscriptions: positive(options.maxSubscriptions, 1_024),
  };
}
