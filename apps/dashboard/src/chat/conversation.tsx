import type { PicoSession, PicoSnapshot } from '@picoclaw/client';
import { ArrowDown } from 'lucide-react';
import { useCallback, useDeferredValue, useEffect } from 'react';
import { useTranslation } from '../i18n/use-translation.ts';
import { IconButton } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import { Announcer } from './announcer.tsx';
import styles from './conversation.module.css';
import { EmptyChat } from './empty-chat.tsx';
import { failureText } from './failure-text.ts';
import { Message } from './message.tsx';
import { OlderMessages } from './older-messages.tsx';
import type { SessionHistory } from './session-history.ts';
import { useStayInPlace, useStickToEnd } from './stick-to-end.ts';
import { TypingIndicator } from './typing-indicator.tsx';
import { SharedHighlightContext, useSharedHighlight } from './use-highlight.ts';

interface ConversationProps {
  session: PicoSession;
  snapshot: PicoSnapshot;
  history: SessionHistory;
}

/** What has been said so far, and what is being said. */
export function Conversation({ session, snapshot, history }: ConversationProps) {
  const { t } = useTranslation();
  const { typing, error } = snapshot;
  // Many at once are rendered in slices: nobody's typing waits for them.
  const messages = useDeferredValue(snapshot.messages);
  const { scroller, content, atEnd, onScroll, goToEnd } = useStickToEnd();
  useStayInPlace(scroller, messages[0]?.id);
  const highlight = useSharedHighlight();
  const onRetry = useCallback((id: string) => session.retry(id), [session]);
  const last = messages.at(-1);
  const ownLast = last?.author === 'person' ? last.id : undefined;
  // Whoever says something wants to see it, wherever they were reading.
  useEffect(() => {
    if (ownLast !== undefined) goToEnd();
  }, [ownLast, goToEnd]);
  const answering = typing && (last?.author === 'person' || last?.kind !== undefined);

  return (
    <div className={styles.frame}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={styles.scroller} ref={scroller} onScroll={onScroll} aria-label={t('chat.log')} tabIndex={0}>
        <div className={styles.content} ref={content}>
          <OlderMessages history={history} scroller={scroller} isLookedFor={!atEnd} first={messages[0]?.id} />
          {messages.length === 0 && snapshot.messages.length === 0 && (
            <EmptyChat onSend={(text) => session.send(text)} />
          )}
          <SharedHighlightContext value={highlight}>
            {messages.map((message) => (
              <Message key={message.id} message={message} onRetry={onRetry} />
            ))}
          </SharedHighlightContext>
          {answering && <TypingIndicator />}
          {error !== undefined && (
            <Notice tone="danger" role="alert">
              {failureText(t, error)}
            </Notice>
          )}
        </div>
      </section>
      <Announcer messages={messages} typing={typing} />
      {!atEnd && (
        <IconButton label={t('chat.latest')} className={styles.latest} onClick={goToEnd}>
          <ArrowDown size={18} aria-hidden="true" />
        </IconButton>
      )}
    </div>
  );
}
