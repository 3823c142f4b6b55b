import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { launcherFields } from './fields.ts';
import styles from './settings.module.css';
import { useSettingsTexts } from './texts.ts';
import type { SettingsForm } from './use-settings.ts';

/** Asks whether to store what would keep the person out. */
export function LockOutDialog({ form, onConfirm }: { form: SettingsForm; onConfirm: () => void }) {
  const { t } = useSettingsTexts();
  const { lockOut = [], busy } = form;
  return (
    <ConfirmDialog
      open={lockOut.length > 0}
      title={t('lockOut.title')}
      confirmLabel={t('lockOut.confirm')}
      busy={busy}
      onConfirm={onConfirm}
      onClose={form.forgetLockOut}
    >
      <p>{t('lockOut.text')}</p>
      <ul className={styles.reasons}>
        {lockOut.map(({ key, message }) => {
          const field = launcherFields.find((one) => one.key === key);
          return (
            <li key={key}>
              <strong>{field === undefined ? key : t(`fields.${field.name}.label`)}</strong> {message}
            </li>
          );
        })}
      </ul>
    </ConfirmDialog>
  );
}
