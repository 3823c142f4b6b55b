import { MonitorX } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from '../i18n/use-translation.ts';
import { useLeaving } from '../shell/leaving.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { useToast } from '../ui/toast.tsx';
import { useSettingsTexts } from './texts.ts';

/** Ends every session, this one too. */
export function SessionsCard() {
  const { t } = useSettingsTexts();
  const { t: common } = useTranslation();
  const leaving = useLeaving();
  const toast = useToast();
  const [asked, setAsked] = useState(false);
  const [busy, setBusy] = useState(false);
  const leave = async () => {
    setBusy(true);
    const done = await leaving.signOut(true);
    setBusy(false);
    setAsked(false);
    if (!done) toast('danger', common('shell.signOutFailed'));
  };
  return (
    <Card
      title={t('sessions.heading')}
      text={t('sessions.lead')}
      actions={
        <Button tone="danger" size="sm" icon={<MonitorX size={16} aria-hidden="true" />} onClick={() => setAsked(true)}>
          {t('sessions.submit')}
        </Button>
      }
    >
      <ConfirmDialog
        open={asked}
        title={t('sessions.title')}
        confirmLabel={t('sessions.submit')}
        busy={busy}
        onConfirm={() => void leave()}
        onClose={() => setAsked(false)}
      >
        {t('sessions.text')}
      </ConfirmDialog>
    </Card>
  );
}
