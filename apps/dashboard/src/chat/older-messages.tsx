import { type RefObject, useEffect, useRef, useSyncExternalStore } from 'react';
import { useTranslation } from '../i18n/use-translation.ts';
import { Button } from '../ui/button.tsx';
import { Spinner } from '../ui/spinner.tsx';
import styles from './conversation.module.css';
import type { SessionHistory } from './session-history.ts';

/** So much before its end is reached the next piece is fetched. */
const AHEAD = '600px 0px 0px';

interface OlderMessagesProps {
  history: SessionHistory;
  scroller: RefObject<HTMLElement | null>;
  /** Whether the reader has gone up: who reads the newest lines needs nothing older. */
  isLookedFor: boolean;
  /** The id of the first message on the page, which comes there later than it is fetched. */
  first: string | undefined;
}

/** The way to what was said earlier: fetched when it comes near, or by its button. */
export function OlderMessages({ history, scroller, isLookedFor, first }: OlderMessagesProps) {
  const { t } = useTranslation();
  const state = useSyncExternalStore(history.subscribe, history.getSnapshot);
  const place = useRef<HTMLDivElement>(null);
  const askedFor = useRef<string>(undefined);
  useEffect(() => {
    if (state !== 'there' || !isLookedFor || place.current === null) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting !== true || askedFor.current === first) return;
        askedFor.current = first;
        history.loadOlder();
      },
      { root: scroller.current, rootMargin: AHEAD },
    );
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [state, history, scroller, isLookedFor, first]);
  if (state === 'none') return null;
  return (
    <div ref={place} className={styles.older}>
      {state === 'loading' ? (
        <span role="status">
          <Spinner />
          {t('chat.older.loading')}
        </span>
      ) : (
        <Button size="sm" tone="quiet" onClick={history.loadOlder}>
          {state === 'failed' ? t('chat.older.failed') : t('chat.older.load')}
        </Button>
      )}
    </div>
  );
}
