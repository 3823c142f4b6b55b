import { ClipboardPaste, Eye, EyeOff } from 'lucide-react';
import { type ReactNode, type Ref, useId, useState } from 'react';
import { useTranslation } from '../i18n/use-translation.ts';
import { IconButton } from './button.tsx';
import styles from './token-field.module.css';

interface TokenFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  autoComplete: 'current-password' | 'new-password';
  error?: string | undefined;
  hint?: ReactNode;
  paste?: boolean;
  action?: ReactNode;
  disabled?: boolean;
  autoFocus?: boolean;
  visible?: boolean;
  onVisibleChange?: (visible: boolean) => void;
  inputRef?: Ref<HTMLInputElement>;
}

/** A labelled field for a token: hidden unless asked for, with its error or hint tied to it. */
export function TokenField(props: TokenFieldProps) {
  const { label, value, onChange, autoComplete, error, hint, action, disabled, inputRef } = props;
  const id = useId();
  const [ownVisible, setOwnVisible] = useState(false);
  const visible = props.visible ?? ownVisible;
  const detail = error ?? hint;
  return (
    <div className={styles.field}>
      <div className={styles.head}>
        <label htmlFor={id}>{label}</label>
        {action}
      </div>
      <div className={styles.box} data-invalid={error === undefined ? undefined : true}>
        <input
          ref={inputRef}
          id={id}
          type={visible ? 'text' : 'password'}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          autoComplete={autoComplete}
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          disabled={disabled}
          // biome-ignore lint/a11y/noAutofocus: the one field that these pages are about
          autoFocus={props.autoFocus}
          aria-invalid={error !== undefined}
          aria-describedby={detail === undefined ? undefined : `${id}-detail`}
        />
        {props.paste === true && <PasteButton onPaste={onChange} />}
        <VisibilityButton visible={visible} onChange={props.onVisibleChange ?? setOwnVisible} />
      </div>
      {detail !== undefined && (
        <p id={`${id}-detail`} className={error === undefined ? styles.hint : styles.error}>
          {detail}
        </p>
      )}
    </div>
  );
}

function VisibilityButton({ visible, onChange }: { visible: boolean; onChange: (visible: boolean) => void }) {
  const { t } = useTranslation();
  const label = visible ? t('common.hide') : t('common.show');
  return (
    <IconButton label={label} aria-pressed={visible} onClick={() => onChange(!visible)}>
      {visible ? <EyeOff size={18} aria-hidden="true" /> : <Eye size={18} aria-hidden="true" />}
    </IconButton>
  );
}

function PasteButton({ onPaste }: { onPaste: (text: string) => void }) {
  const { t } = useTranslation();
  // Pages that came over plain http from another machine have no clipboard, and some browsers let no page read it.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (typeof clipboard?.readText !== 'function') return null;
  const paste = async () => {
    const text = await clipboard.readText().catch(() => '');
    if (text.trim() !== '') onPaste(text.trim());
  };
  return (
    <IconButton label={t('common.paste')} onClick={() => void paste()}>
      <ClipboardPaste size={18} aria-hidden="true" />
    </IconButton>
  );
}
