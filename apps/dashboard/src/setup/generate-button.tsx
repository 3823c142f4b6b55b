import { Sparkles } from 'lucide-react';
import { useTokenTexts } from '../sign-in/texts.ts';
import styles from './setup.module.css';

/** Stands beside the label of a new token's field. */
export function GenerateButton({ onClick }: { onClick: () => void }) {
  const { t } = useTokenTexts();
  return (
    <button type="button" className={styles.generate} onClick={onClick}>
      <Sparkles size={14} aria-hidden="true" />
      {t('setup.generate')}
    </button>
  );
}
