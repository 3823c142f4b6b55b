import { Card } from '../ui/card.tsx';
import { channel, gateway } from './fields.ts';
import { Setting } from './setting.tsx';
import styles from './settings.module.css';
import { useSettingsTexts } from './texts.ts';
import type { SettingsForm } from './use-settings.ts';

/** What config.json says of the gateway and the channel that chats go through. */
export function GatewayCards({ form }: { form: SettingsForm }) {
  const { t } = useSettingsTexts();
  return (
    <>
      <Card title={t('cards.channel')} text={t('cards.channelText')}>
        <div className={styles.fields}>
          {channel.map((field) => (
            <Setting key={field.key} form={form} field={field} />
          ))}
        </div>
      </Card>
      <Card title={t('cards.gateway')} text={t('cards.atOnce')}>
        <div className={styles.fields}>
          {gateway.map((field) => (
            <Setting key={field.key} form={form} field={field} />
          ))}
        </div>
      </Card>
    </>
  );
}
