import type { FastifyBaseLogger } from 'fastify';
import type { HeldHistories } from './held-histories.ts';
import type { HomeState } from './home-state.ts';
import type { PlacedEntry } from './redis-sessions.ts';

/** Writes what other nodes have stored into the files of this home. */
export interface MessageMirror {
  /** Up to where messages were read. */
  readonly position: string;
  take(entries: readonly PlacedEntry[]): void;
  /** Everything is to be read again: what is known is not written again. */
  beginAgain(): void;
  /** Settles when the messages up to there are in the files of this home, or nobody can tell any more. */
  caughtUp(position: string): Promise<void>;
  /** Nobody waits for a Redis that is away. */
  giveUpWaiting(): void;
  settled(): Promise<void>;
}

interface MirrorOptions {
  readonly origin: string;
  readonly state: HomeState;
  readonly held: HeldHistories;
  readonly log: FastifyBaseLogger;
  readonly onDeleted: (sessionId: string) => Promise<void>;
}

/** Goes on where the last gateway of this home has ended. */
export function createMessageMirror({ origin, state, held, log, onDeleted }: MirrorOptions): MessageMirror {
  let position = state.position;
  let work = Promise.resolve();
  let waiting: { readonly position: string; readonly resolve: () => void }[] = [];

  const write = async (session: string, placed: readonly PlacedEntry[]) => {
    try {
      for (const { entry } of placed) {
        if (entry.message === undefined) await onDeleted(session);
        else {
          const history = await held.hold(session);
          await history.store(entry).finally(() => history.release());
        }
      }
    } catch (error) {
      log.error({ code: 'storage_failed', err: error }, 'what another node has stored could not be stored here');
    }
  };
  const writeAll = async (entries: readonly PlacedEntry[], last: string) => {
    // What one session was told is written in its order, sessions beside each other.
    const bySession = new Map<string, PlacedEntry[]>();
    for (const placed of entries) {
      const { session } = placed.entry;
      if (placed.origin === origin || session === '') continue;
      bySession.set(session, [...(bySession.get(session) ?? []), placed]);
    }
    await Promise.all([...bySession].map(([session, placed]) => write(session, placed)));
    state.position = last;
    for (const one of waiting) if (!isBefore(last, one.position)) one.resolve();
    waiting = waiting.filter((one) => isBefore(last, one.position));
    await state.save();
  };
  return {
    get position() {
      return position;
    },
    take(entries) {
      const last = entries.at(-1);
      if (last === undefined) return;
      position = last.position;
      work = work.then(() => writeAll(entries, last.position));
    },
    beginAgain() {
      state.position = '0-0';
      position = '0-0';
    },
    async caughtUp(wanted) {
      if (isBefore(state.position, wanted))
        await new Promise<void>((resolve) => waiting.push({ position: wanted, resolve }));
    },
    giveUpWaiting() {
      for (const { resolve } of waiting.splice(0)) resolve();
    },
    settled: () => work,
  };
}

function isBefore(one: string, other: string): boolean {
  const [oneMs = 0, oneNumber = 0] = one.split('-').map(Number);
  const [otherMs = 0, otherNumber = 0] = other.split('-').map(Number);
  return oneMs < otherMs || (oneMs === otherMs && oneNumber < otherNumber);
}
