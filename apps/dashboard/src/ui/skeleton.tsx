import { useTranslation } from '../i18n/use-translation.ts';
import styles from './skeleton.module.css';

/** Holds the place of lines that are on their way. */
export function Skeleton({ lines = 3 }: { lines?: number }) {
  const { t } = useTranslation();
  return (
    <div className={styles.skeleton} role="status">
      <span className="visually-hidden">{t('common.loading')}</span>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
        <span key={line} className={styles.line} aria-hidden="true" />
      ))}
    </div>
  );
}
