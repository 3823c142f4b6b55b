import type { ChannelSession } from './session.ts';

/** A session that is in memory, and the way to let go of what it holds. */
export interface OpenSession {
  readonly session: ChannelSession;
  release(): Promise<void>;
}

/** The sessions that have sockets or work; all others are forgotten, so memory is bounded by the connections. */
export interface SessionRegistry {
  readonly count: number;
  /** Calls `use` with the session of that id, read from the disk when it is not in memory; a session nobody uses goes at once. */
  open(id: string, use: (session: ChannelSession) => void): Promise<void>;
  /** The session of that id, if it is in memory. */
  get(id: string): ChannelSession | undefined;
  /** Settles when that session is no longer in memory and its files are closed. */
  whenGone(id: string): Promise<void>;
  /** Lets each finish the answer it gives; after `timeoutMs` breaks them off. Settles when all have let go. */
  finish(timeoutMs: number): Promise<void>;
}

const UNHEARD_MS = 1_000;

/** Keeps sessions by id; `make` gets the call that says the session has nothing to do. */
export function createSessionRegistry(make: (id: string, onIdle: () => void) => Promise<OpenSession>): SessionRegistry {
  const opening = new Map<string, Promise<OpenSession>>();
  const sessions = new Map<string, OpenSession>();
  const releasing = new Map<string, Promise<void>>();
  const inUse = new Map<string, number>();
  const waitingForEnd = new Map<string, (() => void)[]>();

  const letGo = (id: string) => {
    const open = sessions.get(id);
    if (open === undefined || inUse.has(id)) return;
    sessions.delete(id);
    const released = open.release().finally(() => releasing.delete(id));
    releasing.set(id, released);
    for (const tell of waitingForEnd.get(id) ?? []) released.then(tell, tell);
    waitingForEnd.delete(id);
  };
  const load = async (id: string): Promise<OpenSession> => {
    // Its files are still being finished: who reads them now would read too little.
    await releasing.get(id)?.catch(() => {});
    const made = await make(id, () => letGo(id));
    sessions.set(id, made);
    return made;
  };
  const openOnce = (id: string): Promise<OpenSession> => {
    const known = opening.get(id) ?? load(id).finally(() => opening.delete(id));
    opening.set(id, known);
    return known;
  };
  return {
    get count() {
      return sessions.size;
    },
    async open(id, use) {
      inUse.set(id, (inUse.get(id) ?? 0) + 1);
      try {
        use((sessions.get(id) ?? (await openOnce(id))).session);
      } finally {
        const others = (inUse.get(id) ?? 1) - 1;
        if (others > 0) inUse.set(id, others);
        else inUse.delete(id);
        sessions.get(id)?.session.settle();
      }
    },
    async whenGone(id) {
      if (!sessions.has(id)) return releasing.get(id)?.catch(() => {});
      await new Promise<void>((resolve) => {
        waitingForEnd.set(id, [...(waitingForEnd.get(id) ?? []), resolve]);
      });
    },
    get: (id) => sessions.get(id)?.session,
    async finish(timeoutMs) {
      const all = [...sessions.values()];
      let timer: NodeJS.Timeout | undefined;
      const tooLate = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, timeoutMs);
      });
      await Promise.race([Promise.all(all.map(({ session }) => session.finish())), tooLate]);
      clearTimeout(timer);
      for (const { session } of all) session.abort();
      const released = Promise.all(all.map(({ session }) => session.finish())).then(() =>
        Promise.allSettled(releasing.values()),
      );
      // An agent that does not hear is not waited for: its message is answered by the next gateway.
      await Promise.race([released, new Promise((resolve) => setTimeout(resolve, UNHEARD_MS).unref())]);
    },
  };
}
