import type { ClientState } from '@picoclaw/client';
import { useTranslation } from '../i18n/use-translation.ts';
import styles from './connection-dot.module.css';

/** The state of the connection, small, in the header; the banner is what explains. */
export function ConnectionDot({ state }: { state: ClientState | undefined }) {
  const { t } = useTranslation();
  const connected = state === 'connected';
  return (
    <span className={styles.state} data-connected={connected ? true : undefined}>
      <span className={styles.dot} aria-hidden="true" />
      <span className={styles.text}>{connected ? t('connection.connected') : t('connection.connecting')}</span>
    </span>
  );
}
