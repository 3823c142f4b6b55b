import type { ChannelSession } from './session.ts';

/** The sessions that have sockets or work; all others are forgotten, so memory is bounded by the connections. */
export interface SessionRegistry {
  readonly count: number;
  /** The session of that id, made when there is none. */
  open(id: string): ChannelSession;
  /** Lets each finish the answer it gives; after `timeoutMs` breaks them off. */
  finish(timeoutMs: number): Promise<void>;
}

/** Keeps sessions by id; `make` gets the call that forgets the session. */
export function createSessionRegistry(make: (id: string, onIdle: () => void) => ChannelSession): SessionRegistry {
  const sessions = new Map<string, ChannelSession>();
  return {
    get count() {
      return sessions.size;
    },
    open(id) {
      const known = sessions.get(id);
      if (known !== undefined) return known;
      const session = make(id, () => sessions.delete(id));
      sessions.set(id, session);
      return session;
    },
    async finish(timeoutMs) {
      const all = [...sessions.values()];
      let timer: NodeJS.Timeout | undefined;
      const tooLate = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, timeoutMs);
      });
      await Promise.race([Promise.all(all.map((session) => session.finish())), tooLate]);
      clearTimeout(timer);
      for (const session of all) session.abort();
    },
  };
}
