import { refusalText } from '../api/refusal-text.ts';
import { gatewayStore, launcherStore, type Saved } from '../api/settings.ts';
import { useTranslation } from '../i18n/use-translation.ts';
import { Card } from '../ui/card.tsx';
import { Notice } from '../ui/notice.tsx';
import { Page } from '../ui/page.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useToast } from '../ui/toast.tsx';
import { AboutCard } from './about-card.tsx';
import { gatewayFields, launcherFields } from './fields.ts';
import { GatewayCards } from './gateway-cards.tsx';
import { LauncherCards } from './launcher-cards.tsx';
import { LockOutDialog } from './lock-out-dialog.tsx';
import { SaveBar } from './save-bar.tsx';
import { SessionsCard } from './sessions-card.tsx';
import { useSettingsTexts } from './texts.ts';
import { TokenCard } from './token-card.tsx';
import { type SettingsForm, useSettings } from './use-settings.ts';

/** What launcher and gateway are set to, the launcher token, and the sessions. */
export function SettingsPage() {
  const { t } = useSettingsTexts();
  const launcher = useSettings(launcherStore, launcherFields);
  const gateway = useSettings(gatewayStore, gatewayFields);
  const forms = [launcher, gateway];
  const { save, confirm } = useSaving(launcher, gateway);
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Pending form={launcher} />
      <Loaded form={launcher} title={t('cards.listening')}>
        <LauncherCards form={launcher} />
      </Loaded>
      <Loaded form={gateway} title={t('cards.channel')}>
        <GatewayCards form={gateway} />
      </Loaded>
      <TokenCard />
      <SessionsCard />
      <AboutCard />
      <SaveBar
        count={forms.reduce((sum, { changed }) => sum + changed.length, 0)}
        busy={forms.some(({ busy }) => busy)}
        onSave={() => void save()}
        onDiscard={() => {
          for (const form of forms) form.discard();
        }}
      />
      <LockOutDialog form={launcher} onConfirm={() => void confirm()} />
    </Page>
  );
}

function Loaded({ form, title, children }: { form: SettingsForm; title: string; children: React.ReactNode }) {
  const { t } = useTranslation();
  return (
    <>
      {form.refusal !== undefined && (
        <Notice tone="danger" role="alert">
          {refusalText(t, form.refusal)}
        </Notice>
      )}
      {form.config !== undefined && children}
      {form.config === undefined && form.refusal === undefined && (
        <Card title={title}>
          <Skeleton lines={8} />
        </Card>
      )}
    </>
  );
}

/** Stays until the launcher was started again: it tells what it runs with. */
function Pending({ form: { config } }: { form: SettingsForm }) {
  const { t, language } = useSettingsTexts();
  const pending = launcherFields.filter(({ key }) => config?.restart_pending.includes(key));
  if (pending.length === 0) return null;
  const names = new Intl.ListFormat(language).format(pending.map(({ name }) => t(`fields.${name}.label`)));
  return (
    <Notice tone="warning" role="status">
      {t('pending', { names })}
    </Notice>
  );
}

/** Stores what was changed, and says what became of it. */
function useSaving(launcher: SettingsForm, gateway: SettingsForm) {
  const { t } = useSettingsTexts();
  const toast = useToast();
  const tell = (saved: Saved | undefined) => {
    if (saved === undefined) return showFirstProblem();
    if (saved.reloaded === undefined) toast('success', t(saved.restart_required ? 'saved.forRestart' : 'saved.plain'));
    else toast('success', t(saved.reloaded ? 'saved.inUse' : 'saved.nextStart'));
  };
  const save = async () => {
    if (launcher.changed.length > 0) tell(await launcher.save());
    if (gateway.changed.length > 0) tell(await gateway.save());
  };
  return { save, confirm: async () => tell(await launcher.save(true)) };
}

/** To where something has to be done; after the sentence is there. */
function showFirstProblem(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>('main [aria-invalid="true"]')?.focus());
}
