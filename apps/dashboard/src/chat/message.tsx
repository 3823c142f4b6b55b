import type { ChatMessage } from '@picoclaw/client';
import { Check, ChevronRight, CircleAlert, CircleStop, Clock, RotateCw } from 'lucide-react';
import { lazy, memo, Suspense } from 'react';
import { appUrl } from '../base-path.ts';
import { useTranslation } from '../i18n/use-translation.ts';
import { LoadBoundary } from '../ui/load-boundary.tsx';
import { Logo } from '../ui/logo.tsx';
import { Moment } from '../ui/moment.tsx';
import { failureText } from './failure-text.ts';
import styles from './message.module.css';

// Markdown is needed at the first answer, not at the first paint.
const Markdown = lazy(async () => ({ default: (await import('./markdown.tsx')).Markdown }));

interface MessageProps {
  message: ChatMessage;
  onRetry: (id: string) => void;
}

/** One entry of the conversation. */
export const Message = memo(function Message({ message, onRetry }: MessageProps) {
  return message.author === 'person' ? (
    <PersonMessage message={message} onRetry={onRetry} />
  ) : (
    <AgentMessage message={message} />
  );
});

function PersonMessage({ message, onRetry }: MessageProps) {
  const { t } = useTranslation();
  return (
    <article className={styles.person} data-delivery={message.delivery}>
      <h2 className="visually-hidden">{t('chat.you')}</h2>
      <Images urls={message.media ?? []} />
      {message.content !== '' && <div className={styles.bubble}>{message.content}</div>}
      {message.delivery !== 'failed' && <Delivery message={message} />}
      {message.delivery === 'failed' && (
        <p className={styles.failed} role="alert">
          <CircleAlert size={14} aria-hidden="true" />
          <span>{message.failure === undefined ? t('chat.delivery.failed') : failureText(t, message.failure)}</span>
          <button type="button" onClick={() => onRetry(message.id)}>
            <RotateCw size={13} aria-hidden="true" />
            {t('chat.retry')}
          </button>
        </p>
      )}
    </article>
  );
}

/** When it was said, and how far it has come; one line in each state, so that nothing moves. */
function Delivery({ message: { delivery, createdAt } }: { message: ChatMessage }) {
  const { t } = useTranslation();
  const isWaiting = delivery === 'queued';
  const state = delivery !== undefined && delivery !== 'failed' ? t(`chat.delivery.${delivery}`) : undefined;
  return (
    <p className={styles.delivery} title={state}>
      {isWaiting ? <Clock size={13} aria-hidden="true" /> : <Moment time={createdAt} />}
      {delivery === 'stored' && <Check size={13} aria-hidden="true" />}
      {state !== undefined && <span className={isWaiting ? undefined : 'visually-hidden'}>{state}</span>}
    </p>
  );
}

function AgentMessage({ message }: { message: ChatMessage }) {
  const { t } = useTranslation();
  if (message.kind === 'thought') return <Folded title={t('chat.thought')} text={message.content} />;
  if (message.kind === 'tool_calls') {
    const calls = message.toolCalls === undefined ? '' : JSON.stringify(message.toolCalls, null, 2);
    return <Folded title={t('chat.toolCalls')} text={[message.content, calls].filter(Boolean).join('\n\n')} />;
  }
  const plain = <p className={styles.plain}>{message.content}</p>;
  return (
    <article className={styles.agent} data-placeholder={message.placeholder === true ? true : undefined}>
      <div className={styles.avatar}>
        <Logo size={26} />
      </div>
      <div className={styles.answer}>
        <h2 className={styles.author}>
          {t('chat.agent')}
          {message.modelName !== undefined && <span className={styles.model}>{message.modelName}</span>}
          <span className={styles.model}>
            <Moment time={message.createdAt} />
          </span>
        </h2>
        <LoadBoundary fallback={plain}>
          <Suspense fallback={plain}>
            <Markdown text={message.content} />
          </Suspense>
        </LoadBoundary>
        {message.cancelled === true && (
          <p className={styles.delivery}>
            <CircleStop size={13} aria-hidden="true" />
            {t('chat.stopped')}
          </p>
        )}
      </div>
    </article>
  );
}

/** A person's images: as they were sent, or from where they are kept. */
function Images({ urls }: { urls: readonly string[] }) {
  const { t } = useTranslation();
  return urls.map((url, index) => (
    <img key={url} className={styles.image} src={imageUrl(url)} alt={t('chat.image', { number: index + 1 })} />
  ));
}

/** The gateway names its files from the root; the launcher may serve them below another path. */
const imageUrl = (url: string): string => (url.startsWith('/') ? appUrl(url) : url);

function Folded({ title, text }: { title: string; text: string }) {
  return (
    <details className={styles.folded}>
      <summary>
        <ChevronRight size={14} aria-hidden="true" />
        {title}
      </summary>
      <p className={styles.plain}>{text}</p>
    </details>
  );
}
