/** A message that waits to be handed to a socket, or to be acknowledged. */
export interface OutboxEntry {
  text: string;
  /** What `acknowledge` names it by. */
  id?: string;
  /** Called each time the message is handed to an open socket. */
  onSent?: () => void;
}

/** Keeps what could not be sent yet, in order and bounded. */
export interface Outbox {
  /** Takes an entry, or returns false when the outbox is full. */
  add(entry: OutboxEntry): boolean;
  /** Hands over everything not yet handed over on this connection, in order, until `send` returns false. */
  flush(send: (text: string) => boolean, keepUntilAcknowledged: boolean): void;
  /** Makes everything that was handed over without an acknowledgement due again: its connection is gone. */
  rewind(): void;
  acknowledge(id: string): void;
  clear(): void;
}

/** Makes an outbox of at most `limit` messages. */
export function createOutbox(limit: number): Outbox {
  const entries: OutboxEntry[] = [];
  let handedOver = 0;
  return {
    add(entry) {
      if (entries.length >= limit) return false;
      entries.push(entry);
      return true;
    },
    flush(send, keepUntilAcknowledged) {
      // A loop by position: onSent may add a further entry, which then goes out last, in this very loop.
      for (let entry = entries[handedOver]; entry !== undefined; entry = entries[handedOver]) {
        if (!send(entry.text)) return;
        if (keepUntilAcknowledged && entry.id !== undefined) handedOver += 1;
        else entries.splice(handedOver, 1);
        entry.onSent?.();
      }
    },
    rewind() {
      handedOver = 0;
    },
    acknowledge(id) {
      const position = entries.findIndex((entry) => entry.id === id);
      if (position < 0) return;
      entries.splice(position, 1);
      if (position < handedOver) handedOver -= 1;
    },
    clear() {
      entries.length = 0;
      handedOver = 0;
    },
  };
}
