import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown } from 'lucide-react';
import { type UIEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Button } from '../ui/button.tsx';
import { LogRow } from './log-row.tsx';
import type { LogView } from './log-view.ts';
import styles from './logs.module.css';
import { useLogsTexts } from './texts.ts';

interface LogListProps {
  view: LogView;
  wrap: boolean;
  isPaused: boolean;
  waiting: number;
  onResume: () => void;
}

/** This close to the end somebody counts as reading the newest lines. */
const NEAR_PX = 32;
const ROW_PX = 24;

/** The lines, of which only those in sight are drawn; stays at the end unless somebody has scrolled away from it. */
export function LogList({ view, wrap, isPaused, waiting, onResume }: LogListProps) {
  const { t } = useLogsTexts();
  const { scroller, list, atEnd, onScroll, goToEnd } = useLogScroll(view, wrap);
  const { open, toggle } = useUnfolded();
  const rows = list.getVirtualItems();
  const resume = () => {
    onResume();
    goToEnd();
  };
  return (
    <div className={styles.frame}>
      <Below {...{ isPaused, atEnd, waiting }} onResume={resume} onLatest={goToEnd} />
      <div
        ref={scroller}
        className={styles.scroller}
        data-wrap={wrap || undefined}
        role="log"
        aria-live="off"
        aria-label={t('title')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        onScroll={onScroll}
      >
        <div className={styles.all} style={{ height: list.getTotalSize() }}>
          <div className={styles.rows} style={{ transform: `translateY(${rows[0]?.start ?? 0}px)` }}>
            {rows.map(({ key, index }) => {
              const entry = view.entries[index];
              return (
                <div key={key} data-index={index} ref={list.measureElement}>
                  {entry && (
                    <LogRow entry={entry} query={view.filter.query} isOpen={open.has(entry.id)} onToggle={toggle} />
                  )}
                </div>
              );
            })}
          </div>
        </div>
      </div>
    </div>
  );
}

interface BelowProps {
  isPaused: boolean;
  atEnd: boolean;
  waiting: number;
  onResume: () => void;
  onLatest: () => void;
}

/** What leads back to the newest lines, when they are not in sight. Before the log, or Tab would pass every line. */
function Below({ isPaused, atEnd, waiting, onResume, onLatest }: BelowProps) {
  const { t, language } = useLogsTexts();
  if (!isPaused && atEnd) return null;
  const shown = new Intl.NumberFormat(language).format(waiting);
  return (
    <div className={styles.below}>
      {isPaused ? (
        <Button size="sm" tone="primary" icon={<ArrowDown size={16} aria-hidden="true" />} onClick={onResume}>
          {waiting === 0 ? t('paused') : t('waiting', { count: waiting, shown })} · {t('resume')}
        </Button>
      ) : (
        <Button size="sm" icon={<ArrowDown size={16} aria-hidden="true" />} onClick={onLatest}>
          {t('latest')}
        </Button>
      )}
    </div>
  );
}

function useLogScroll({ entries, filter }: LogView, wrap: boolean) {
  const scroller = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const list = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: useCallback((index: number) => entries[index]?.id ?? -1 - index, [entries]),
    overscan: 12,
    // Also when the oldest lines go away over what somebody reads.
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: NEAR_PX,
  });
  const goToEnd = useCallback(() => {
    setAtEnd(true);
    list.scrollToEnd();
  }, [list]);
  const onScroll = ({ currentTarget }: UIEvent<HTMLElement>) => {
    const { scrollHeight, scrollTop, clientHeight } = currentTarget;
    setAtEnd(scrollHeight - scrollTop - clientHeight <= NEAR_PX);
  };
  useLayoutEffect(() => list.scrollToEnd(), [list]);
  const stuck = useRef(true);
  stuck.current = atEnd;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter makes another list
  useEffect(() => {
    if (stuck.current) list.scrollToEnd();
  }, [list, filter.level, filter.query]);
  const wasWrapped = useRef(wrap);
  useLayoutEffect(() => {
    if (wasWrapped.current === wrap) return;
    wasWrapped.current = wrap;
    // Every height is another one now; what was read stays in sight.
    const first = list.range?.startIndex ?? 0;
    list.measure();
    if (stuck.current) list.scrollToEnd();
    else list.scrollToIndex(first, { align: 'start' });
  }, [list, wrap]);
  useForgottenSizes(list.itemSizeCache, entries[0]?.id ?? 0);
  return { scroller, list, atEnd, onScroll, goToEnd };
}

/** Rows that are no more would be remembered for ever. */
function useForgottenSizes(sizes: Map<unknown, number>, firstId: number): void {
  useEffect(() => {
    if (sizes.size < 20_000) return;
    for (const id of sizes.keys()) if (Number(id) < firstId) sizes.delete(id);
  }, [sizes, firstId]);
}

function useUnfolded() {
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const toggle = useCallback((id: number) => {
    setOpen((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });
  }, []);
  return { open, toggle };
}
