import { useState } from 'react';
import { refusalText } from '../api/refusal-text.ts';
import { useAuthStatus } from '../auth-status.ts';
import { useTranslation } from '../i18n/use-translation.ts';
import { GenerateButton } from '../setup/generate-button.tsx';
import { StrengthMeter } from '../setup/strength-meter.tsx';
import { useTokenTexts } from '../sign-in/texts.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useToast } from '../ui/toast.tsx';
import { TokenField } from '../ui/token-field.tsx';
import { UserName } from '../ui/user-name.tsx';
import styles from './settings.module.css';
import { useSettingsTexts } from './texts.ts';
import { useTokenChange } from './use-token-change.ts';

/** Replaces the launcher token, where that is to be done here. */
export function TokenCard() {
  const { t } = useSettingsTexts();
  const { t: token } = useTokenTexts();
  const status = useAuthStatus();
  return (
    <Card title={t('token.heading')} text={t('token.lead')}>
      {status === undefined && <Skeleton lines={4} />}
      {status?.token_source === 'env' && <Notice tone="info">{token('setup.errors.token_managed_by_env')}</Notice>}
      {status !== undefined && status.token_source !== 'env' && (
        // In the first run being signed in is proof enough, afterwards the old token is asked for.
        <TokenForm needsCurrent={status.initialized} />
      )}
    </Card>
  );
}

function TokenForm({ needsCurrent: neededAtFirst }: { needsCurrent: boolean }) {
  const { t } = useSettingsTexts();
  const { t: token } = useTokenTexts();
  const { t: common } = useTranslation();
  const toast = useToast();
  const [needsCurrent, setNeedsCurrent] = useState(neededAtFirst);
  const form = useTokenChange(needsCurrent, () => {
    setNeedsCurrent(true);
    toast('success', t('token.changed'));
  });
  const { problems, visible, setVisible, secondsLeft } = form;
  const secret = { visible, onVisibleChange: setVisible } as const;
  return (
    <form className={styles.token} onSubmit={form.submit} noValidate>
      <UserName />
      <Refused form={form} />
      {needsCurrent && (
        <TokenField
          label={t('token.current')}
          value={form.current}
          onChange={form.set('current')}
          autoComplete="current-password"
          error={problems.current === undefined ? undefined : t(`token.${problems.current}`)}
          paste
        />
      )}
      <div className={styles.choice}>
        <TokenField
          {...secret}
          label={token('setup.token')}
          value={form.token}
          onChange={form.set('token')}
          autoComplete="new-password"
          error={problems.token === undefined ? undefined : token(`setup.errors.${problems.token}`)}
          action={<GenerateButton onClick={form.generate} />}
        />
        <StrengthMeter token={form.token} />
      </div>
      <TokenField
        {...secret}
        label={token('setup.confirm')}
        value={form.confirm}
        onChange={form.set('confirm')}
        autoComplete="new-password"
      />
      {form.generated && (
        <Notice tone="info" role="status">
          <div className={styles.generated}>
            <span>{token('setup.generatedHint')}</span>
            <CopyButton text={form.token} />
          </div>
        </Notice>
      )}
      <Button type="submit" busy={form.busy} disabled={secondsLeft > 0}>
        {secondsLeft > 0 ? common('common.wait', { count: secondsLeft }) : t('token.submit')}
      </Button>
    </form>
  );
}

function Refused({ form: { problems, secondsLeft } }: { form: ReturnType<typeof useTokenChange> }) {
  const { t } = useTranslation();
  const { t: token } = useTokenTexts();
  const { refusal } = problems;
  if (refusal === undefined || (refusal.status === 429 && secondsLeft === 0)) return null;
  return (
    <Notice tone={refusal.status === 429 ? 'warning' : 'danger'} role="alert">
      {refusal.code === 'token_managed_by_env' ? token('setup.errors.token_managed_by_env') : refusalText(t, refusal)}
    </Notice>
  );
}
