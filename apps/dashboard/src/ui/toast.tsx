import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from 'react';
import { useTranslation } from '../i18n/use-translation.ts';
import { IconButton } from './button.tsx';
import styles from './toast.module.css';

interface Toast {
  id: number;
  tone: 'success' | 'danger';
  text: string;
}

type ShowToast = (tone: Toast['tone'], text: string) => void;

const ToastContext = createContext<ShowToast>(() => undefined);

/** As long as a slow reader needs: a second and a half, and 90 ms for each character. */
const shownMs = (text: string): number => Math.max(5_000, 1_500 + 90 * text.length);

/** Shows what has been done, over the page, until it has been read; a failure stays until it is dismissed. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const show = useCallback<ShowToast>((tone, text) => {
    setToasts((before) => [...before.slice(-2), { id: (before.at(-1)?.id ?? 0) + 1, tone, text }]);
  }, []);
  const dismiss = useCallback((id: number) => setToasts((before) => before.filter((toast) => toast.id !== id)), []);
  return (
    <ToastContext value={show}>
      {children}
      {/* Always there: a live region that appears together with its text is not read out. */}
      <div className={styles.place} role="status">
        {toasts.map((toast) => (
          <ToastCard key={toast.id} toast={toast} onDismiss={dismiss} />
        ))}
      </div>
    </ToastContext>
  );
}

/** Answers with the way to show a toast. */
export function useToast(): ShowToast {
  return useContext(ToastContext);
}

function ToastCard({ toast: { id, tone, text }, onDismiss }: { toast: Toast; onDismiss: (id: number) => void }) {
  const { t } = useTranslation();
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (tone === 'danger' || held) return;
    const timer = setTimeout(() => onDismiss(id), shownMs(text));
    return () => clearTimeout(timer);
  }, [tone, held, id, text, onDismiss]);
  const Icon = tone === 'success' ? CircleCheck : CircleAlert;
  return (
    <div
      className={styles.toast}
      data-tone={tone}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
    >
      <Icon size={18} aria-hidden="true" />
      <span>{text}</span>
      <IconButton label={t('common.dismiss')} onClick={() => onDismiss(id)}>
        <X size={16} aria-hidden="true" />
      </IconButton>
    </div>
  );
}
