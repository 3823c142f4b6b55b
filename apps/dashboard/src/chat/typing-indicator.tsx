import { useTranslation } from '../i18n/use-translation.ts';
import styles from './typing-indicator.module.css';

/** Three dots that breathe, until the first words are there. */
export function TypingIndicator() {
  const { t } = useTranslation();
  return (
    <div className={styles.typing} role="img" aria-label={t('chat.typing')} data-testid="typing">
      <span />
      <span />
      <span />
    </div>
  );
}
