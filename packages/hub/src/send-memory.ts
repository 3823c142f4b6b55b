/** The outcome of a client's `send`, for when it is sent again because its `ack` was lost. */
export type SendOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** Remembers recent sends by session and `ref`; both numbers are bounded. */
export interface SendMemory {
  /** The outcome under way or done, or that of `process`, which then runs the only time. */
  once(session: string, ref: string | number, process: () => Promise<SendOutcome>): Promise<SendOutcome>;
}

/** Makes an empty memory. */
export function createSendMemory({ maxSessions = 1_000, maxRefs = 200 } = {}): SendMemory {
  const sessions = new Map<string, Map<string | number, Promise<SendOutcome>>>();
  return {
    once(session, ref, process) {
      const refs = sessions.get(session) ?? new Map<string | number, Promise<SendOutcome>>();
      // The one that was used most recently comes last.
      sessions.delete(session);
      sessions.set(session, refs);
      dropOldest(sessions, maxSessions);
      const known = refs.get(ref);
      if (known !== undefined) return known;
      const outcome = process();
      refs.set(ref, outcome);
      dropOldest(refs, maxRefs);
      return outcome;
    },
  };
}

function dropOldest(map: Map<unknown, unknown>, limit: number): void {
  for (const key of map.keys()) {
    if (map.size <= limit) return;
    map.delete(key);
  }
}
