import { Activity, CircleHelp, MessageCircle } from 'lucide-react';
import { useTranslation } from '../i18n/use-translation.ts';
import { Logo } from '../ui/logo.tsx';
import styles from './empty-chat.module.css';

// Each is answered by the built-in agent, so they work before any model is configured.
const suggestions = [
  { text: '/help', key: 'help', icon: CircleHelp },
  { text: '/echo hello', key: 'echo', icon: MessageCircle },
  { text: '/status', key: 'status', icon: Activity },
] as const;

/** A conversation that has not begun: something to begin with. */
export function EmptyChat({ onSend }: { onSend: (text: string) => void }) {
  const { t } = useTranslation();
  return (
    <div className={styles.empty}>
      <Logo size={48} />
      <h2>{t('chat.emptyTitle')}</h2>
      <p>{t('chat.emptyText')}</p>
      <ul>
        {suggestions.map(({ text, key, icon: Icon }) => (
          <li key={key}>
            <button type="button" onClick={() => onSend(text)}>
              <Icon size={18} aria-hidden="true" />
              <span>{t(`chat.suggestions.${key}`)}</span>
              <code>{text}</code>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
