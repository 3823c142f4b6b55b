import { ChannelName } from '@picoclaw/protocol';
import type { Connection } from './connection.ts';
import { CHANNEL_GRAMMAR } from './draft.ts';
import type { ResolvedHubOptions } from './hub-options.ts';

/** How a subscription begins. */
export interface SubscribeOptions {
  /** The last message of the channel that the client has; what came after it is sent first, or a `gap`. */
  readonly after?: string;
  /** The client's number for its request; with it comes an `ack`. */
  readonly ref?: string | number | undefined;
}

/** What came of a subscription. */
export type SubscribeResult =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly code: 'invalid_channel' | 'forbidden' | 'too_many_subscriptions' | 'closed';
      readonly message: string;
    };

/** Who listens to what. */
export interface Subscriptions {
  /** Whether it may be, which can take a while; `begin` runs in the very turn in which the subscription counts. */
  add(connection: Connection, channel: string, begin: () => void): Promise<SubscribeResult>;
  remove(connection: Connection, channel: string): boolean;
  removeAll(connection: Connection): void;
  of(channel: string): ReadonlySet<Connection>;
  readonly channels: readonly string[];
  readonly count: number;
}

const NOBODY: ReadonlySet<Connection> = new Set();

/** Makes an empty table. */
export function createSubscriptions({ authorize, maxSubscriptions, onError }: ResolvedHubOptions): Subscriptions {
  const subscribers = new Map<string, Set<Connection>>();
  let count = 0;

  const mayRead = async (connection: Connection, channel: string): Promise<boolean> => {
    try {
      return authorize === undefined || (await authorize(connection.identity, channel)) === true;
    } catch (error) {
      onError(error);
      return false;
    }
  };
  const remove = (connection: Connection, channel: string): boolean => {
    const attempt = connection.pending.get(channel);
    if (attempt !== undefined) attempt.isCancelled = true;
    connection.pending.delete(channel);
    if (!connection.subscribed.delete(channel)) return false;
    const listeners = subscribers.get(channel);
    listeners?.delete(connection);
    if (listeners?.size === 0) subscribers.delete(channel);
    connection.outgoing.forget(channel);
    count -= 1;
    return true;
  };
  return {
    async add(connection, channel, begin) {
      const { subscribed, pending } = connection;
      if (!connection.isOpen) return CLOSED;
      if (!ChannelName.safeParse(channel).success) return INVALID;
      const isNew = !subscribed.has(channel) && !pending.has(channel);
      if (isNew && subscribed.size + pending.size >= maxSubscriptions) return tooMany(maxSubscriptions);
      const attempt = pending.get(channel) ?? { waiting: 0, isCancelled: false };
      pending.set(channel, attempt);
      attempt.waiting += 1;
      const isAllowed = await mayRead(connection, channel);
      attempt.waiting -= 1;
      if (!connection.isOpen || attempt.isCancelled) return CLOSED;
      if (attempt.waiting === 0) pending.delete(channel);
      if (!isAllowed) {
        remove(connection, channel);
        return FORBIDDEN;
      }
      const listeners = subscribers.get(channel) ?? new Set();
      subscribers.set(channel, listeners.add(connection));
      if (!subscribed.has(channel)) count += 1;
      subscribed.add(channel);
      begin();
      return { ok: true };
    },
    remove,
    removeAll(connection) {
      for (const channel of [...connection.subscribed]) remove(connection, channel);
      connection.pending.clear();
    },
    of: (channel) => subscribers.get(channel) ?? NOBODY,
    get channels() {
      return [...subscribers.keys()].sort();
    },
    get count() {
      return count;
    },
  };
}

const CLOSED: SubscribeResult = { ok: false, code: 'closed', message: 'The subscription ended before it began.' };
const FORBIDDEN: SubscribeResult = { ok: false, code: 'forbidden', message: 'This channel is not yours to read.' };
const INVALID: SubscribeResult = {
  ok: false,
  code: 'invalid_channel',
  message: CHANNEL_GRAMMAR,
};
const tooMany = (limit: number): SubscribeResult => ({
  ok: false,
  code: 'too_many_subscriptions',
  message: `A connection may have ${limit} subscriptions.`,
});
