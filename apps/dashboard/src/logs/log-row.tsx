import { ChevronRight } from 'lucide-react';
import { memo } from 'react';
import type { LogEntry } from './log-store.ts';
import { cutAtMatches } from './log-view.ts';
import styles from './logs.module.css';
import { useLogsTexts } from './texts.ts';

interface LogRowProps {
  entry: LogEntry;
  query: string;
  isOpen: boolean;
  onToggle: (id: number) => void;
}

/** One line; of a JSON record all fields can be unfolded. */
export const LogRow = memo(function LogRow({ entry, query, isOpen, onToggle }: LogRowProps) {
  const { t, language } = useLogsTexts();
  if (entry.kind === 'break') return <Break missing={entry.missing} />;
  const { id, clock, time, level, text, fields } = entry;
  const moment = time === undefined ? undefined : new Date(time).toLocaleString(language);
  return (
    <div className={styles.row} data-level={level}>
      {fields === undefined ? (
        <span className={styles.fold} />
      ) : (
        <button
          type="button"
          className={styles.fold}
          aria-expanded={isOpen}
          aria-label={t('fields')}
          onClick={() => onToggle(id)}
        >
          <ChevronRight size={14} aria-hidden="true" />
        </button>
      )}
      <span className={styles.clock} title={moment}>
        <Marked text={clock} query={query} />
      </span>
      <span className={styles.word}>{level}</span>
      <span className={styles.text}>
        <Marked text={text} query={query} />
      </span>
      {isOpen && <pre className={styles.fields}>{JSON.stringify(fields, undefined, 2).replaceAll('\\n', '\n')}</pre>}
    </div>
  );
});

function Break({ missing }: { missing: number | undefined }) {
  const { t, language } = useLogsTexts();
  const shown = new Intl.NumberFormat(language).format(missing ?? 0);
  return (
    <p className={styles.break}>{missing === undefined ? t('newRun') : t('missing', { count: missing, shown })}</p>
  );
}

function Marked({ text, query }: { text: string; query: string }) {
  if (query === '') return text;
  return cutAtMatches(text, query).map((piece, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: the pieces have no other name
    index % 2 === 1 ? <mark key={index}>{piece}</mark> : piece,
  );
}
