import type { PicoSend } from '@picoclaw/client';
import { ArrowUp, ImagePlus, Square } from 'lucide-react';
import { type ComponentProps, type KeyboardEvent, type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import { useTranslation } from '../i18n/use-translation.ts';
import { IconButton } from '../ui/button.tsx';
import styles from './composer.module.css';
import { useDraft } from './draft.ts';
import { PendingImages } from './images/pending-images.tsx';
import { useImages } from './images/use-images.ts';

interface ComposerProps {
  sessionId: string;
  onSend: (message: PicoSend) => void;
  /** Stops the answer that is being given, while there is one. */
  onStop?: (() => void) | undefined;
  /** No connection: what is sent waits. */
  offline: boolean;
  disabled: boolean;
}

/** Where a person writes, and drops images. Enter sends, Shift+Enter starts a new line. */
export function Composer({ sessionId, onSend, onStop, offline, disabled }: ComposerProps) {
  const { t } = useTranslation();
  const [text, setText] = useDraft(sessionId);
  const { images, problem, isOver, add, remove, clear, target } = useImages();
  const field = useRef<HTMLTextAreaElement>(null);
  useAutosize(field, text);
  useEffect(() => {
    // A keyboard that opens by itself would hide half of a phone's screen.
    if (matchMedia('(hover: hover)').matches) field.current?.focus();
  }, []);

  const empty = text.trim() === '' && images.length === 0;
  const send = () => {
    if (empty || disabled) return;
    onSend({ content: text.trim(), ...(images.length === 0 ? {} : { media: images.map(({ url }) => url) }) });
    setText('');
    clear();
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes (Chinese, Japanese), Enter chooses a candidate; 229 is how Safari says so.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      className={styles.composer}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <PendingImages images={images} problem={problem} onRemove={remove} />
      <div className={styles.box} data-over={isOver ? true : undefined} {...target}>
        <ImagePicker disabled={disabled} onPick={(files) => void add(files)} />
        <textarea
          ref={field}
          rows={1}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
          placeholder={t('chat.placeholder')}
          aria-label={t('chat.message')}
          aria-describedby="composer-hint"
          disabled={disabled}
          enterKeyHint="send"
        />
        {empty && onStop !== undefined ? (
          <RoundButton label={t('chat.stop')} onClick={onStop}>
            <Square size={14} fill="currentColor" aria-hidden="true" />
          </RoundButton>
        ) : (
          <RoundButton label={t('chat.send')} type="submit" disabled={empty || disabled}>
            <ArrowUp size={20} aria-hidden="true" />
          </RoundButton>
        )}
      </div>
      <p id="composer-hint" className={styles.hint} data-offline={offline ? true : undefined}>
        {offline ? t('chat.offlineHint') : t('chat.keys')}
      </p>
    </form>
  );
}

function ImagePicker({ disabled, onPick }: { disabled: boolean; onPick: (files: File[]) => void }) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        accept="image/*"
        multiple
        hidden
        onChange={({ target }) => {
          onPick([...(target.files ?? [])]);
          // The same file may be wanted again.
          target.value = '';
        }}
      />
      <IconButton label={t('chat.images.add')} disabled={disabled} onClick={() => input.current?.click()}>
        <ImagePlus size={20} aria-hidden="true" />
      </IconButton>
    </>
  );
}

function RoundButton({ label, ...rest }: ComponentProps<'button'> & { label: string }) {
  return <button type="button" {...rest} className={styles.send} aria-label={label} title={label} />;
}

function useAutosize(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const element = field.current;
    if (element === null) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [field, text]);
}
