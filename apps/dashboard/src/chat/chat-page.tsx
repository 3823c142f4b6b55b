import { SquarePen } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../ui/button.tsx';
import { useTitle } from '../use-title.ts';
import styles from './chat-page.module.css';
import { Composer } from './composer.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { ConnectionDot } from './connection-dot.tsx';
import { Conversation } from './conversation.tsx';
import { useFirstRunOffer } from './first-run-offer.ts';
import { useSessionId } from './session-id.ts';
import { useConnectionBanner } from './use-connection-banner.ts';
import { type Chat, usePicoSession } from './use-pico-session.ts';

/** The chat, with everything that is needed around it. */
export function ChatPage() {
  const { t } = useTranslation();
  useTitle(t('chat.heading'));
  useFirstRunOffer();
  const { sessionId, startNew } = useSessionId();
  const chat = usePicoSession(sessionId);
  return (
    <div className={styles.page}>
      <h1 className="visually-hidden">{t('chat.heading')}</h1>
      <div className={styles.bar}>
        <Button size="sm" icon={<SquarePen size={16} aria-hidden="true" />} onClick={startNew}>
          {t('chat.newChat')}
        </Button>
        <ConnectionDot state={chat?.snapshot.connection.state} />
      </div>
      {chat !== undefined && <ChatView key={sessionId} chat={chat} />}
    </div>
  );
}

function ChatView({ chat: { session, snapshot, reopen } }: { chat: Chat }) {
  const { state } = snapshot.connection;
  const banner = useConnectionBanner(session, snapshot.connection);
  const send = (text: string) => {
    session.send(text);
  };
  return (
    <div className={styles.chat}>
      <ConnectionBanner {...banner} onReopen={reopen} />
      <Conversation session={session} snapshot={snapshot} onSend={send} />
      <Composer
        onSend={send}
        onStop={snapshot.typing ? () => session.cancel() : undefined}
        offline={banner.view !== undefined}
        disabled={state === 'closed'}
      />
    </div>
  );
}
