import type { HubClientFrame, HubEventFrame, ProcessOutputFrame, ProcessStatusFrame } from '@picoclaw/protocol';
import { createEmitter } from './emitter.ts';
import { createRecentIds } from './recent-ids.ts';

/** What a hub publishes; `data` of a process frame is typed, that of an `event` is the application's to judge. */
export type HubPublication = HubEventFrame | ProcessOutputFrame | ProcessStatusFrame;

/** What happens to a subscription. */
interface SubscriptionEvents {
  message: HubPublication;
  gap: undefined;
}

/** One channel as a client hears it: its handlers, and the place in the order up to which it has heard. */
export interface HubSubscription {
  /** Adds a handler and what it does about a gap; returns the function that removes both. */
  add(handler: (publication: HubPublication) => void, onGap?: () => void): () => void;
  isUnused(): boolean;
  /** The frame that asks for it on a new connection, from the place where the last one ended. */
  request(ref: number): HubClientFrame;
  /** Takes the hub's answer to the last request (`id` is where the subscription begins); false says that there is a gap. */
  acknowledge(id: string | undefined): boolean;
  /** Takes the id of something that came, or returns false when it came before. */
  advance(id: string): boolean;
  emit<Name extends keyof SubscriptionEvents>(name: Name, event: SubscriptionEvents[Name]): void;
}

/** Makes a subscription that begins after the publication `after`, else with the next one there is. */
export function createHubSubscription(channel: string, after?: string): HubSubscription {
  const events = createEmitter<SubscriptionEvents>();
  const seen = createRecentIds();
  let handlers = 0;
  let position = after;
  let requested = false;
  let isBlind = false;
  let hasMoved = false;
  return {
    add(handler, onGap) {
      // Functions of its own each time: one handler given twice is two, and each is removed alone.
      const stops = [
        events.on('message', (publication) => handler(publication)),
        ...(onGap === undefined ? [] : [events.on('gap', () => onGap())]),
      ];
      handlers += 1;
      return () => {
        if (stops.length > 0) handlers -= 1;
        for (const stop of stops.splice(0)) stop();
      };
    },
    isUnused: () => handlers === 0,
    request(ref) {
      isBlind = requested && position === undefined;
      requested = true;
      hasMoved = false;
      return { type: 'subscribe', ref, channel, ...(position === undefined ? {} : { after: position }) };
    },
    acknowledge(id) {
      // What was replayed before the answer came is further on than where the replay began.
      if (!hasMoved && id !== undefined) position = id;
      // Asked again without a place to resume from: nobody can say what was missed in between.
      return !isBlind;
    },
    advance(id) {
      if (!seen.add(id)) return false;
      position = id;
      hasMoved = true;
      return true;
    },
    emit: events.emit,
  };
}
