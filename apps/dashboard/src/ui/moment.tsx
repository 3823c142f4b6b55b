import { useEffect, useReducer } from 'react';
import { useTranslation } from '../i18n/use-translation.ts';
import { relativeTime } from './relative-time.ts';

const REFRESH_MS = 30_000;

/** A moment (epoch milliseconds) as "3 minutes ago", with the exact one on hover. */
export function Moment({ time }: { time: number }) {
  const { i18n } = useTranslation();
  const language = i18n.resolvedLanguage ?? 'en';
  const [, refresh] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(refresh, REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  const exact = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' }).format(time);
  return (
    <time dateTime={new Date(time).toISOString()} title={exact}>
      {relativeTime(time, Date.now(), language)}
    </time>
  );
}
