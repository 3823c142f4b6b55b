import type { ChatMessage } from '@picoclaw/client';
import { useTranslation } from '../i18n/use-translation.ts';

const SPOKEN_CHARACTERS = 600;

interface AnnouncerProps {
  messages: readonly ChatMessage[];
  typing: boolean;
}

/**
 * Tells screen readers politely that an answer is coming, and reads it once when it is complete.
 * The conversation itself is no live region: it would be read again at each word that streams in.
 */
export function Announcer({ messages, typing }: AnnouncerProps) {
  const { t } = useTranslation();
  const last = messages.at(-1);
  const answer = last?.author === 'agent' && last.kind === undefined ? last.content.slice(0, SPOKEN_CHARACTERS) : '';
  const spoken = typing ? t('chat.answering') : answer && t('chat.answered', { text: answer });
  return (
    <div aria-live="polite" aria-atomic="true" className="visually-hidden">
      {spoken}
    </div>
  );
}
