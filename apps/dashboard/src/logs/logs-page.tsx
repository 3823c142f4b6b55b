import { useCallback, useState } from 'react';
import { clearLog } from '../api/logs.ts';
import { refusalText } from '../api/refusal-text.ts';
import { useEventsConnected } from '../events/launcher-events.tsx';
import { useTranslation } from '../i18n/use-translation.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useToast } from '../ui/toast.tsx';
import { useTitle } from '../use-title.ts';
import { downloadLog } from './download.ts';
import { LogEmpty } from './log-empty.tsx';
import { LogList } from './log-list.tsx';
import type { LogSnapshot } from './log-store.ts';
import { LogToolbar } from './log-toolbar.tsx';
import styles from './logs.module.css';
import { useLogPreferences } from './preferences.ts';
import { useLogsTexts } from './texts.ts';
import { useGatewayLog } from './use-gateway-log.ts';
import { useLogView } from './use-log-view.ts';

/** What the gateway says, as it says it. */
export function LogsPage() {
  const { t } = useLogsTexts();
  useTitle(t('title'));
  const { snapshot, gatewayState, startOver } = useGatewayLog();
  const { wrap, level, setWrap, setLevel } = useLogPreferences();
  const [query, setQuery] = useState('');
  const { view, shown, isPaused, waiting, pause, resume } = useLogView(snapshot, { level, query });
  const [asksToClear, setAsksToClear] = useState(false);
  const showAll = () => {
    setLevel('all');
    setQuery('');
  };
  const onCleared = () => {
    resume();
    startOver();
  };
  return (
    <div className={styles.page}>
      <h1 className="visually-hidden">{t('title')}</h1>
      <LogToolbar
        {...{ query, setQuery, level, setLevel, wrap, setWrap, isPaused, view }}
        total={shown.lineCount}
        onPause={isPaused ? resume : pause}
        onDownload={() => downloadLog(view.entries)}
        onClear={() => setAsksToClear(true)}
      />
      <LogNotices snapshot={snapshot} />
      {view.lineCount > 0 ? (
        <LogList {...{ view, wrap, isPaused, waiting }} onResume={resume} />
      ) : (
        <div className={styles.empty}>
          {shown.isLoaded ? (
            <LogEmpty hasLines={shown.lineCount > 0} gatewayState={gatewayState} onShowAll={showAll} />
          ) : (
            shown.refusal === undefined && <Skeleton lines={8} />
          )}
        </div>
      )}
      <ClearDialog open={asksToClear} onClose={() => setAsksToClear(false)} onCleared={onCleared} />
    </div>
  );
}

function LogNotices({ snapshot: { refusal } }: { snapshot: LogSnapshot }) {
  const { t } = useLogsTexts();
  const { t: common } = useTranslation();
  const isConnected = useEventsConnected();
  return (
    // Always there: a live region that appears together with its text is not read out.
    <div className={styles.notices} role="status">
      {refusal === undefined && !isConnected && <Notice tone="warning">{t('stale')}</Notice>}
      {refusal !== undefined && (
        <Notice tone="warning">
          {t('notLoaded')} {refusalText(common, refusal)}
        </Notice>
      )}
    </div>
  );
}

interface ClearDialogProps {
  open: boolean;
  onClose: () => void;
  onCleared: () => void;
}

function ClearDialog({ open, onClose, onCleared }: ClearDialogProps) {
  const { t } = useLogsTexts();
  const { t: common } = useTranslation();
  const toast = useToast();
  const [busy, setBusy] = useState(false);
  const clear = useCallback(async () => {
    setBusy(true);
    const reply = await clearLog();
    setBusy(false);
    onClose();
    if (reply.ok) onCleared();
    else toast('danger', `${t('notCleared')} ${refusalText(common, reply)}`);
  }, [onClose, onCleared, toast, t, common]);
  return (
    <ConfirmDialog
      open={open}
      title={t('clearTitle')}
      confirmLabel={t('clear')}
      busy={busy}
      onConfirm={() => void clear()}
      onClose={onClose}
    >
      <p>{t('clearText')}</p>
    </ConfirmDialog>
  );
}
