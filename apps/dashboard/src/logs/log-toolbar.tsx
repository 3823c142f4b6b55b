import { Download, Pause, Play, Search, Trash2, WrapText } from 'lucide-react';
import type { KeyboardEvent, ReactNode } from 'react';
import { Button } from '../ui/button.tsx';
import { type Level, levels } from './log-line.ts';
import type { LogView } from './log-view.ts';
import styles from './logs.module.css';
import { useLogsTexts } from './texts.ts';

interface LogToolbarProps {
  query: string;
  setQuery: (query: string) => void;
  level: Level | 'all';
  setLevel: (level: Level | 'all') => void;
  wrap: boolean;
  setWrap: (wrap: boolean) => void;
  isPaused: boolean;
  onPause: () => void;
  onDownload: () => void;
  onClear: () => void;
  view: LogView;
  total: number;
}

/** Everything that can be done with the log; the arrow keys walk over its buttons. */
export function LogToolbar(props: LogToolbarProps) {
  const { wrap, setWrap, isPaused, onPause, onDownload, onClear, view, total } = props;
  const { t } = useLogsTexts();
  return (
    <div className={styles.toolbar} role="toolbar" aria-label={t('tools')} onKeyDown={walk}>
      <LogFilters {...props} />
      <div className={styles.tools}>
        <Tool icon={isPaused ? <Play /> : <Pause />} label={t(isPaused ? 'resume' : 'pause')} onClick={onPause} />
        <Tool icon={<WrapText />} label={t('wrap')} isPressed={wrap} onClick={() => setWrap(!wrap)} />
        <Tool icon={<Download />} label={t('download')} onClick={onDownload} isOff={view.lineCount === 0} />
        <Tool icon={<Trash2 />} label={t('clear')} onClick={onClear} isOff={total === 0} />
      </div>
    </div>
  );
}

function LogFilters({ query, setQuery, level, setLevel, view, total }: LogToolbarProps) {
  const { t, language } = useLogsTexts();
  const number = new Intl.NumberFormat(language);
  const isFiltered = view.filter.level !== 'all' || view.filter.query !== '';
  const values = { count: isFiltered ? total : view.lineCount, shown: number.format(view.lineCount) };
  return (
    <div className={styles.filters}>
      <div className={styles.search}>
        <Search size={16} aria-hidden="true" />
        <input
          type="search"
          value={query}
          onChange={({ target }) => setQuery(target.value)}
          placeholder={t('search')}
          aria-label={t('search')}
          autoComplete="off"
          spellCheck={false}
        />
      </div>
      <select
        className={styles.level}
        value={level}
        aria-label={t('level')}
        onChange={({ target }) => setLevel(levels.find((known) => known === target.value) ?? 'all')}
      >
        {(['all', ...levels] as const).map((choice) => (
          <option key={choice} value={choice}>
            {t(`levels.${choice}`)}
          </option>
        ))}
      </select>
      <p className={styles.count}>
        {isFiltered ? t('countOf', { ...values, total: number.format(total) }) : t('count', values)}
      </p>
    </div>
  );
}

interface ToolProps {
  icon: ReactNode;
  label: string;
  onClick: () => void;
  isPressed?: boolean;
  isOff?: boolean;
}

/** A button with an icon and, where there is room, its name. */
function Tool({ icon, label, onClick, isPressed, isOff = false }: ToolProps) {
  return (
    <Button
      size="sm"
      className={styles.tool ?? ''}
      icon={icon}
      title={label}
      aria-pressed={isPressed}
      disabled={isOff}
      onClick={onClick}
    >
      <span>{label}</span>
    </Button>
  );
}

/** As people know it of toolbars; in a field the arrows are the field's. */
function walk(event: KeyboardEvent<HTMLDivElement>): void {
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (step === 0 || !(event.target instanceof HTMLButtonElement)) return;
  const buttons = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('button:enabled')];
  buttons.at((buttons.indexOf(event.target) + step) % buttons.length)?.focus();
  event.preventDefault();
}
