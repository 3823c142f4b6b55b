/**
 * What became of a message: `ok` when the hub has taken it, else why not. `outbox_full`, `closed`, `too_large` and
 * `unserialisable` are said by this client, `refused` is the hub's word, whose `code` is stable.
 */
export type HubSendOutcome =
  | { ok: true }
  | { ok: false; reason: 'outbox_full' | 'closed' | 'too_large' | 'unserialisable' }
  | { ok: false; reason: 'refused'; code: string; message: string };

/** The messages whose outcome is not known yet, by the `ref` that the hub's answer names. */
export interface HubSends {
  add(ref: string, text: string): Promise<HubSendOutcome>;
  /** Notes that it was handed to a socket. */
  handedOver(ref: string): void;
  /** Settles one; false when no message of that ref waits. */
  settle(ref: string, outcome: HubSendOutcome): boolean;
  settleAll(outcome: HubSendOutcome): void;
  /** The ref of the longest message that was handed over. */
  longest(): string | undefined;
}

/** The size of a text on the wire. */
export const byteLength = (text: string): number => new TextEncoder().encode(text).length;

/** Makes the list of messages that wait for the hub's answer; whoever fills it bounds it. */
export function createHubSends(): HubSends {
  const waiting = new Map<string, { text: string; handedOver: boolean; resolve: (outcome: HubSendOutcome) => void }>();
  return {
    add: (ref, text) =>
      new Promise((resolve) => {
        waiting.set(ref, { text, handedOver: false, resolve });
      }),
    handedOver(ref) {
      const send = waiting.get(ref);
      if (send !== undefined) send.handedOver = true;
    },
    settle(ref, outcome) {
      waiting.get(ref)?.resolve(outcome);
      return waiting.delete(ref);
    },
    settleAll(outcome) {
      for (const { resolve } of waiting.values()) resolve(outcome);
      waiting.clear();
    },
    longest() {
      const sizes = [...waiting].filter(([, { handedOver }]) => handedOver);
      return sizes.sort(([, a], [, b]) => byteLength(b.text) - byteLength(a.text))[0]?.[0];
    },
  };
}
