import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { Button } from '../ui/button.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import styles from './settings.module.css';
import { useSettingsTexts } from './texts.ts';

interface SaveBarProps {
  count: number;
  busy: boolean;
  onSave: () => void;
  onDiscard: () => void;
}

/** Appears when something was changed; until it was saved or discarded, leaving the page is asked about. */
export function SaveBar({ count, busy, onSave, onDiscard }: SaveBarProps) {
  const { t } = useSettingsTexts();
  const leaving = useLeavingAsked(count > 0);
  return (
    <>
      {/* Always there: a live region that appears together with its text is not read out. */}
      <div className={styles.bar} role="status" data-shown={count > 0 ? true : undefined}>
        {count > 0 && (
          <>
            <p>{t('bar.changed', { count })}</p>
            <div className={styles.barActions}>
              <Button size="sm" onClick={onDiscard} disabled={busy}>
                {t('bar.discard')}
              </Button>
              <Button size="sm" tone="primary" onClick={onSave} busy={busy}>
                {t('bar.save')}
              </Button>
            </div>
          </>
        )}
      </div>
      <ConfirmDialog
        open={leaving.asked}
        title={t('bar.leaveTitle')}
        confirmLabel={t('bar.leave')}
        onConfirm={leaving.go}
        onClose={leaving.stay}
      >
        {t('bar.leaveText')}
      </ConfirmDialog>
    </>
  );
}

/** Holds links within the dashboard until the person has decided; the browser itself asks about all other ways. */
function useLeavingAsked(isDirty: boolean) {
  const [, navigate] = useLocation();
  const [path, setPath] = useState<string>();
  useEffect(() => {
    if (!isDirty) return;
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    const onClick = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
      const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
      if (!(link instanceof HTMLAnchorElement) || !isPlain || link.origin !== window.location.origin) return;
      event.preventDefault();
      // Before the router hears of it.
      event.stopPropagation();
      setPath(link.pathname + link.search + link.hash);
    };
    window.addEventListener('beforeunload', onUnload);
    document.addEventListener('click', onClick, true);
    return () => {
      window.removeEventListener('beforeunload', onUnload);
      document.removeEventListener('click', onClick, true);
    };
  }, [isDirty]);
  return {
    asked: path !== undefined,
    stay: () => setPath(undefined),
    // `~`: the path is whole already, with the base path in it.
    go: () => path !== undefined && navigate(`~${path}`),
  };
}
