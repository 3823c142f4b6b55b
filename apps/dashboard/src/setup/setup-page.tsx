import { useEffect } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { type AuthStatus, fetchAuthStatus } from '../api/auth.ts';
import { refusalText } from '../api/refusal-text.ts';
import { useAuthStatus } from '../auth-status.ts';
import { useTranslation } from '../i18n/use-translation.ts';
import { safeNextPath } from '../next-path.ts';
import { Entrance } from '../shell/entrance.tsx';
import { useTokenTexts } from '../sign-in/texts.ts';
import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Notice } from '../ui/notice.tsx';
import { TokenField } from '../ui/token-field.tsx';
import { UserName } from '../ui/user-name.tsx';
import { useTitle } from '../use-title.ts';
import { GenerateButton } from './generate-button.tsx';
import { keepGeneratedToken } from './kept-token.ts';
import styles from './setup.module.css';
import { StrengthMeter } from './strength-meter.tsx';
import { useSetup } from './use-setup.ts';

/** First run: a launcher token of one's own, or the generated one. */
export function SetupPage() {
  const { t: common } = useTranslation();
  const { t } = useTokenTexts();
  useTitle(t('setup.title'));
  const status = useAuthStatus();
  const [query] = useSearchParams();
  const next = query.get('next');
  // Being signed in with the generated token is proof enough.
  const needsProof = status?.setup_requires_token === true && !status.authenticated;
  const form = useSetup(needsProof, next);
  useAlreadySetUp(status, form.busy);

  return (
    <Entrance eyebrow={t('setup.eyebrow')} title={t('setup.title')} lead={t('setup.lead')}>
      <form className={styles.form} onSubmit={form.submit} noValidate>
        <UserName />
        <Refused form={form} />
        {needsProof && <ProofField form={form} />}
        <div className={styles.choice}>
          <TokenField
            label={t('setup.token')}
            value={form.token}
            onChange={form.setToken}
            autoComplete="new-password"
            error={form.problems.token === undefined ? undefined : t(`setup.errors.${form.problems.token}`)}
            action={<GenerateButton onClick={form.generate} />}
            visible={form.visible}
            onVisibleChange={form.setVisible}
            autoFocus
          />
          <StrengthMeter token={form.token} />
        </div>
        <TokenField
          label={t('setup.confirm')}
          value={form.confirm}
          onChange={form.setConfirm}
          autoComplete="new-password"
          visible={form.visible}
          onVisibleChange={form.setVisible}
        />
        {form.generated && (
          <Notice tone="info" role="status">
            <div className={styles.generated}>
              <span>{t('setup.generatedHint')}</span>
              <CopyButton text={form.token} />
            </div>
          </Notice>
        )}
        <Button type="submit" tone="primary" busy={form.busy} disabled={form.secondsLeft > 0}>
          {form.secondsLeft > 0 ? common('common.wait', { count: form.secondsLeft }) : t('setup.submit')}
        </Button>
      </form>
      <Keep authenticated={status?.authenticated === true} next={next} />
    </Entrance>
  );
}

type Form = ReturnType<typeof useSetup>;

function ProofField({ form }: { form: Form }) {
  const { t } = useTokenTexts();
  const problem = form.problems.setupToken;
  return (
    <TokenField
      label={t('setup.setupToken')}
      value={form.setupToken}
      onChange={form.setSetupToken}
      autoComplete="current-password"
      error={problem === undefined ? undefined : t(`setup.errors.${problem}`)}
      hint={t('setup.setupTokenHint')}
      paste
    />
  );
}

function Refused({ form: { problems, secondsLeft } }: { form: Form }) {
  const { t: common } = useTranslation();
  const { t } = useTokenTexts();
  const { refusal } = problems;
  if (refusal === undefined || (refusal.status === 429 && secondsLeft === 0)) return null;
  const { code } = refusal;
  const known = code === 'already_set_up' || code === 'token_managed_by_env';
  return (
    <Notice tone={refusal.status === 429 ? 'warning' : 'danger'} role="alert">
      {known ? t(`setup.errors.${code}`) : refusalText(common, refusal)}{' '}
      {known && <Link href="/login?setup=done">{t('setup.toSignIn')}</Link>}
    </Notice>
  );
}

/** The other choice: nothing changes on the launcher, only this browser stops asking. */
function Keep({ authenticated, next }: { authenticated: boolean; next: string | null }) {
  const { t } = useTokenTexts();
  const [, navigate] = useLocation();
  const keep = async () => {
    keepGeneratedToken();
    // Asked anew: who clicks before the page knows whether they are signed in must not be sent to sign in.
    const status = await fetchAuthStatus();
    if (status.ok && status.value.authenticated) window.location.assign(safeNextPath(next));
    else navigate(`/login?${new URLSearchParams({ setup: 'kept', ...(next === null ? {} : { next }) })}`);
  };
  return (
    <div className={styles.keep}>
      <Button tone="quiet" onClick={() => void keep()}>
        {t('setup.keep')}
      </Button>
      <p>{authenticated ? t('setup.keepSignedIn') : t('setup.keepSignIn')}</p>
    </div>
  );
}

function useAlreadySetUp(status: AuthStatus | undefined, saving: boolean): void {
  const [, navigate] = useLocation();
  const done = status?.initialized === true && !saving;
  const signedIn = status?.authenticated === true;
  useEffect(() => {
    if (done) navigate(signedIn ? '/' : '/login', { replace: true });
  }, [done, signedIn, navigate]);
}
