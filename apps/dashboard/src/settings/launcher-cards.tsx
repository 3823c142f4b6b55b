import { Card } from '../ui/card.tsx';
import { Notice } from '../ui/notice.tsx';
import { access, gatewayOfLauncher, listening, type SettingField } from './fields.ts';
import { Setting } from './setting.tsx';
import styles from './settings.module.css';
import { useSettingsTexts } from './texts.ts';
import type { SettingsForm } from './use-settings.ts';

/** What launcher-config.json says: where the launcher listens, whom it lets in, and whose the gateway is. */
export function LauncherCards({ form }: { form: SettingsForm }) {
  const { t } = useSettingsTexts();
  const isExternal = form.draft['gateway_mode'] === 'external';
  const ofGateway: readonly SettingField[] = gatewayOfLauncher.filter(({ key }) => key !== 'gateway_url' || isExternal);
  return (
    <>
      <Card title={t('cards.listening')} text={t('cards.afterRestart')}>
        <div className={styles.fields}>
          {listening.map((field) => (
            <ListeningSetting key={field.key} form={form} field={field} />
          ))}
        </div>
      </Card>
      <Card title={t('cards.access')} text={t('cards.afterRestart')}>
        <div className={styles.fields}>
          {access.map((field) => (
            <Setting key={field.key} form={form} field={field} />
          ))}
        </div>
      </Card>
      <Card title={t('cards.mode')} text={t('cards.afterRestart')}>
        <div className={styles.fields}>
          {ofGateway.map((field) => (
            <Setting key={field.key} form={form} field={field} />
          ))}
        </div>
      </Card>
    </>
  );
}

/** `public` means nothing while `host` names the addresses, and very much when it does not. */
function ListeningSetting({ form, field }: { form: SettingsForm; field: SettingField }) {
  const { t } = useSettingsTexts();
  if (field.key !== 'public') return <Setting form={form} field={field} />;
  const host = String(form.draft['host'] ?? '').trim();
  const overruled = host === '' ? undefined : t('publicOverruled', { host });
  return (
    <Setting form={form} field={field} overruled={overruled}>
      {form.draft['public'] === true && overruled === undefined && (
        <Notice tone="warning" role="status">
          {t('publicWarning')}
        </Notice>
      )}
    </Setting>
  );
}
