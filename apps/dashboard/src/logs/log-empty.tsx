import { ScrollText, SearchX } from 'lucide-react';
import { Link } from 'wouter';
import { Button } from '../ui/button.tsx';
import styles from './logs.module.css';
import { useLogsTexts } from './texts.ts';

interface LogEmptyProps {
  /** There are some, but the filter lets none through. */
  hasLines: boolean;
  gatewayState: string | undefined;
  onShowAll: () => void;
}

/** Says why there is nothing to read, and what to do about it. */
export function LogEmpty({ hasLines, gatewayState, onShowAll }: LogEmptyProps) {
  const { t } = useLogsTexts();
  const runs = gatewayState === undefined || gatewayState === 'running' || gatewayState === 'starting';
  if (hasLines) {
    return (
      <div className={styles.nothing}>
        <SearchX size={32} aria-hidden="true" />
        <h2>{t('noneTitle')}</h2>
        <p>{t('noneText')}</p>
        <Button size="sm" onClick={onShowAll}>
          {t('showAll')}
        </Button>
      </div>
    );
  }
  return (
    <div className={styles.nothing}>
      <ScrollText size={32} aria-hidden="true" />
      <h2>{t('emptyTitle')}</h2>
      <p>{t(runs ? 'emptyRunning' : 'emptyStopped')}</p>
      {!runs && <Link href="/gateway">{t('openGateway')}</Link>}
    </div>
  );
}
