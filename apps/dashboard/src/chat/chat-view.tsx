import styles from './chat-page.module.css';
import { Composer } from './composer.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { Conversation } from './conversation.tsx';
import { useConnectionBanner } from './use-connection-banner.ts';
import type { Chat } from './use-pico-session.ts';

/** One session: what was said, and the place to say something. */
export function ChatView({ chat: { session, snapshot, history, reopen } }: { chat: Chat }) {
  const { connection } = snapshot;
  const banner = useConnectionBanner(session, connection);
  return (
    <div className={styles.chat}>
      <ConnectionBanner {...banner} onReopen={reopen} />
      <Conversation session={session} snapshot={snapshot} history={history} />
      <Composer
        sessionId={session.sessionId}
        onSend={(message) => session.send(message)}
        onStop={snapshot.typing ? () => session.cancel() : undefined}
        offline={banner.view !== undefined}
        disabled={connection.state === 'closed'}
      />
    </div>
  );
}
