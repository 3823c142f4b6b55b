import { useCallback, useEffect, useRef, useState } from 'react';
import type { Refusal } from '../../api/request.ts';
import { fetchSessions, SESSIONS_AT_A_TIME, type SessionSummary } from '../../api/sessions.ts';

interface Sessions {
  list: readonly SessionSummary[];
  hasMore: boolean;
}

/** Long enough for the next letter of a search, and for the gateway to note what was said. */
const SETTLE_MS = 250;

/** The sessions in which `search` occurs, newest first; fetched again when `said` changes and when the tab is looked at. */
export function useSessions(search: string, said: string) {
  const [sessions, setSessions] = useState<Sessions>();
  const [refusal, setRefusal] = useState<Refusal>();
  const current = useRef<AbortController>(undefined);
  const load = useCallback(
    async (offset: number) => {
      current.current?.abort();
      const asked = new AbortController();
      current.current = asked;
      const reply = await fetchSessions({ offset, search }, asked.signal);
      if (asked.signal.aborted) return;
      setRefusal(reply.ok ? undefined : reply);
      if (!reply.ok) return;
      const found = reply.value;
      const ids = new Set(found.map(({ id }) => id));
      setSessions((before) => ({
        list: offset === 0 ? found : [...(before?.list ?? []).filter(({ id }) => !ids.has(id)), ...found],
        hasMore: found.length === SESSIONS_AT_A_TIME,
      }));
    },
    [search],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was said changes the list
  useEffect(() => {
    const timer = setTimeout(() => void load(0), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [load, said]);
  useEffect(() => {
    const look = () => document.visibilityState === 'visible' && void load(0);
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      current.current?.abort();
    };
  }, [load]);
  const remove = (id: string) =>
    setSessions((before) => before && { ...before, list: before.list.filter((session) => session.id !== id) });
  return { sessions, refusal, remove, loadMore: () => void load(sessions?.list.length ?? 0) };
}
