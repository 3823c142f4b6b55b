import type { HistoryStore } from '../history/history-store.ts';
import type { SessionHistory } from '../history/session-history.ts';
import type { SharedEntry } from './redis-sessions.ts';

/** The files of a session, open for whoever writes into them here. */
export interface HeldHistory {
  readonly history: SessionHistory;
  /** Stores a message or an answer, unless it is there. */
  store(entry: SharedEntry): Promise<void>;
  release(): void;
}

/** The files of sessions that are written to by their records and by what comes from other nodes. */
export interface HeldHistories {
  hold(sessionId: string): Promise<HeldHistory>;
  /** Closes the files of a session that nobody uses any more. */
  drop(sessionId: string): Promise<void>;
  close(): Promise<void>;
}

interface Held {
  readonly history: SessionHistory;
  readonly known: Set<string>;
  users: number;
  timer: NodeJS.Timeout | undefined;
}

/** What is written again comes soon: it is looked for among the last messages. */
const KNOWN_CHARS = 2_000_000;
const IDLE_MS = 10_000;

/** Opens the files of a session once for all its users, and closes them some time after the last one. */
export function holdHistories(files: Pick<HistoryStore, 'open'>): HeldHistories {
  const all = new Map<string, Promise<Held>>();
  const open = async (sessionId: string): Promise<Held> => {
    const history = await files.open(sessionId);
    const past = await history.recent(KNOWN_CHARS);
    return { history, known: new Set(past.map(({ message_id }) => message_id)), users: 0, timer: undefined };
  };
  const drop = async (sessionId: string) => {
    const held = await all.get(sessionId)?.catch(() => undefined);
    if (held === undefined || held.users > 0) return;
    clearTimeout(held.timer);
    all.delete(sessionId);
    await held.history.release();
  };
  const use = async (sessionId: string): Promise<Held> => {
    const opened = all.get(sessionId) ?? open(sessionId);
    all.set(sessionId, opened);
    try {
      const held = await opened;
      // Let go of while it was waited for.
      if (all.get(sessionId) !== opened) return use(sessionId);
      held.users += 1;
      clearTimeout(held.timer);
      return held;
    } catch (error) {
      all.delete(sessionId);
      throw error;
    }
  };
  return {
    async hold(sessionId) {
      const held = await use(sessionId);
      return {
        history: held.history,
        store: (entry) => store(held, entry),
        release() {
          held.users -= 1;
          if (held.users > 0) return;
          clearTimeout(held.timer);
          held.timer = setTimeout(() => void drop(sessionId), IDLE_MS).unref();
        },
      };
    },
    drop,
    async close() {
      await Promise.all([...all.keys()].map(drop));
    },
  };
}

async function store({ history, known }: Held, { message, seq }: SharedEntry): Promise<void> {
  if (message === undefined || known.has(message.message_id)) return;
  known.add(message.message_id);
  const { role, ...members } = message;
  try {
    if (role === 'user') await history.addMessage(members, seq);
    else await history.addAnswer({ ...members, reply_to: members.reply_to ?? '' }, seq);
  } catch (error) {
    known.delete(message.message_id);
    throw error;
  }
}
