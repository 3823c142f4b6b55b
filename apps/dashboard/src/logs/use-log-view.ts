import { useDeferredValue, useMemo, useRef, useState } from 'react';
import type { LogSnapshot } from './log-store.ts';
import { type LogFilter, type LogView, nextLogView } from './log-view.ts';

interface ShownLog {
  view: LogView;
  /** What there was when it was paused, else what there is. */
  shown: LogSnapshot;
  isPaused: boolean;
  /** The lines that came since. */
  waiting: number;
  pause: () => void;
  resume: () => void;
}

/** What is shown of a log: the lines that pass the filter, and while it is paused no newer ones. */
export function useLogView(live: LogSnapshot, { level, query }: LogFilter): ShownLog {
  const [frozen, setFrozen] = useState<LogSnapshot>();
  const shown = frozen ?? live;
  // Whoever types goes first.
  const wanted = useDeferredValue(query);
  const last = useRef<LogView>(undefined);
  const view = useMemo(
    () => nextLogView(last.current, shown.entries, { level, query: wanted }),
    [shown, level, wanted],
  );
  last.current = view;
  return {
    view,
    shown,
    isPaused: frozen !== undefined,
    waiting: live.received - shown.received,
    pause: () => setFrozen(live),
    resume: () => setFrozen(undefined),
  };
}
