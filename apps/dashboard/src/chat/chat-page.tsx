import { createId } from '@picoclaw/client';
import { PanelLeft, SquarePen } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { useTranslation } from '../i18n/use-translation.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { LoadBoundary } from '../ui/load-boundary.tsx';
import { useTitle } from '../use-title.ts';
import styles from './chat-page.module.css';
import { ChatView } from './chat-view.tsx';
import { ConnectionDot } from './connection-dot.tsx';
import { useFirstRunOffer } from './first-run-offer.ts';
import { useOpenChat } from './open-chat.tsx';
import { goToSession, useSessionInAddress } from './session-id.ts';
import { useIsWide } from './use-is-wide.ts';

// The chat itself comes first.
const SessionList = lazy(async () => ({ default: (await import('./sessions/session-list.tsx')).SessionList }));

const startNew = () => goToSession(createId());

/** The chat, with everything that is needed around it. */
export function ChatPage() {
  const { t } = useTranslation();
  useTitle(t('chat.heading'));
  useFirstRunOffer();
  const { sessionId, chat, choose } = useOpenChat();
  useSessionInAddress(sessionId, choose);
  const isWide = useIsWide();
  const { state } = chat?.snapshot.connection ?? {};
  // What is newest in the list changes with what is said here.
  const said = `${sessionId} ${chat?.snapshot.messages.length} ${chat?.snapshot.typing}`;
  const sessions = (
    <LoadBoundary fallback={<p className={styles.note}>{t('shell.notLoaded')}</p>}>
      <Suspense>
        <SessionList current={sessionId} said={said} />
      </Suspense>
    </LoadBoundary>
  );
  return (
    <div className={styles.page}>
      <h1 className="visually-hidden">{t('chat.heading')}</h1>
      <div className={styles.bar}>
        {!isWide && <SessionsDrawer current={sessionId}>{sessions}</SessionsDrawer>}
        <Button size="sm" icon={<SquarePen size={16} aria-hidden="true" />} onClick={startNew}>
          {t('chat.newChat')}
        </Button>
        <ConnectionDot state={state} />
      </div>
      {isWide && (
        <aside className={styles.sessions} aria-label={t('chat.sessions')}>
          {sessions}
        </aside>
      )}
      {chat !== undefined && <ChatView key={sessionId} chat={chat} />}
    </div>
  );
}

interface SessionsDrawerProps {
  current: string | undefined;
  children: ReactNode;
}

/** The list of sessions over the chat, where there is no room beside it. */
function SessionsDrawer({ current, children }: SessionsDrawerProps) {
  const { t } = useTranslation();
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOpen, setOpen] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever has chosen a session wants to see it
  useEffect(() => dialog.current?.close(), [current]);
  return (
    <>
      <IconButton
        label={t('chat.sessions')}
        aria-expanded={isOpen}
        onClick={() => {
          dialog.current?.showModal();
          setOpen(true);
        }}
      >
        <PanelLeft size={20} aria-hidden="true" />
      </IconButton>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it, the platform sees to that */}
      <dialog
        ref={dialog}
        className={styles.drawer}
        aria-label={t('chat.sessions')}
        onClose={() => setOpen(false)}
        onClick={({ target }) => {
          // A press beside it: the dialog itself is under everything that is in it.
          if (target === dialog.current) dialog.current?.close();
        }}
      >
        {isOpen && <div className={styles.drawerContent}>{children}</div>}
      </dialog>
    </>
  );
}
