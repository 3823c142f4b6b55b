import { type FormEvent, useEffect, useRef, useState } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { signIn } from '../api/auth.ts';
import { refusalText } from '../api/refusal-text.ts';
import type { Refusal } from '../api/request.ts';
import { useAuthStatus } from '../auth-status.ts';
import { useTranslation } from '../i18n/use-translation.ts';
import { safeNextPath } from '../next-path.ts';
import { Entrance } from '../shell/entrance.tsx';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import { TokenField } from '../ui/token-field.tsx';
import { UserName } from '../ui/user-name.tsx';
import { useTitle } from '../use-title.ts';
import { useCountdown } from './countdown.ts';
import styles from './sign-in.module.css';
import { useTokenTexts } from './texts.ts';
import { TokenHelp } from './token-help.tsx';

const DEFAULT_WAIT_SECONDS = 60;

/** Takes the launcher token and goes on to where the person wanted to be. */
export function SignInPage() {
  const { t: common } = useTranslation();
  const { t } = useTokenTexts();
  useTitle(t('signIn.title'));
  const [query] = useSearchParams();
  const status = useAuthStatus();
  const form = useSignIn(query.get('next'));
  const firstRun = status?.initialized === false;
  useFirstRunDetour(firstRun, query);

  return (
    <Entrance title={t('signIn.title')} lead={t('signIn.lead')}>
      <form className={styles.form} onSubmit={form.submit} noValidate>
        <UserName />
        {form.pristine && <Arrival query={query} />}
        <Refused refusal={form.refusal} secondsLeft={form.secondsLeft} />
        <TokenField
          inputRef={form.field}
          label={t('signIn.label')}
          value={form.token}
          onChange={form.setToken}
          autoComplete="current-password"
          error={form.problem === undefined ? undefined : t(`signIn.${form.problem}`)}
          paste
          autoFocus
        />
        <Button type="submit" tone="primary" busy={form.busy} disabled={form.secondsLeft > 0}>
          {form.secondsLeft > 0 ? common('common.wait', { count: form.secondsLeft }) : t('signIn.submit')}
        </Button>
      </form>
      <TokenHelp help={status?.token_help} />
      {firstRun && (
        <p className={styles.aside}>
          {t('signIn.firstRun')} <Link href="/setup">{t('signIn.firstRunLink')}</Link>
        </p>
      )}
    </Entrance>
  );
}

function useSignIn(next: string | null) {
  const [token, setToken] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<'required' | 'invalid'>();
  const [refusal, setRefusal] = useState<Refusal>();
  const [blockedUntilMs, setBlockedUntilMs] = useState<number>();
  const [pristine, setPristine] = useState(true);
  const field = useRef<HTMLInputElement>(null);
  const secondsLeft = useCountdown(blockedUntilMs);

  const attempt = async () => {
    setPristine(false);
    setRefusal(undefined);
    // Copied from a console it often brings a blank or a line end along; no launcher token has blanks around it.
    const trimmed = token.trim();
    setProblem(trimmed === '' ? 'required' : undefined);
    if (trimmed === '') return field.current?.focus();
    setBusy(true);
    const reply = await signIn(trimmed);
    // A real navigation: the launcher's gates see it, and password managers offer to keep the token.
    if (reply.ok) return window.location.assign(safeNextPath(next));
    setBusy(false);
    if (reply.status === 429) setBlockedUntilMs(Date.now() + (reply.retryAfterSeconds ?? DEFAULT_WAIT_SECONDS) * 1000);
    if (reply.status === 401) setProblem('invalid');
    else setRefusal(reply);
    field.current?.select();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!busy && secondsLeft === 0) void attempt();
  };
  const change = (value: string) => {
    setToken(value);
    setProblem(undefined);
  };
  return { token, setToken: change, busy, problem, refusal, secondsLeft, pristine, field, submit };
}

/** Why the person is here, when something sent them. */
function Arrival({ query }: { query: URLSearchParams }) {
  const { t } = useTokenTexts();
  if (query.get('error') === 'invalid_token') {
    return (
      <Notice tone="danger" role="alert">
        {t('signIn.linkInvalid')}
      </Notice>
    );
  }
  if (query.get('reason') === 'session_ended') {
    return (
      <Notice tone="info" role="status">
        {t('signIn.sessionEnded')}
      </Notice>
    );
  }
  if (query.has('signed_out')) {
    return (
      <Notice tone="success" role="status">
        {t('signIn.signedOut')}
      </Notice>
    );
  }
  return null;
}

function Refused({ refusal, secondsLeft }: { refusal: Refusal | undefined; secondsLeft: number }) {
  const { t: common } = useTranslation();
  if (refusal === undefined || (refusal.status === 429 && secondsLeft === 0)) return null;
  return (
    <Notice tone={refusal.status === 429 ? 'warning' : 'danger'} role="alert">
      {/* An alert that counts would be read out every second: the button counts, this only says so. */}
      {refusal.status === 429 ? <TooMany seconds={secondsLeft} /> : refusalText(common, refusal)}
    </Notice>
  );
}

function TooMany({ seconds }: { seconds: number }) {
  const { t } = useTokenTexts();
  const [first] = useState(seconds);
  return (
    <>
      <span className="visually-hidden">{t('signIn.tooMany', { count: first })}</span>
      <span aria-hidden="true">{t('signIn.tooMany', { count: seconds })}</span>
    </>
  );
}

/** A fresh installation begins with choosing a token, unless the person was sent here for a reason or came back. */
function useFirstRunDetour(firstRun: boolean, query: URLSearchParams): void {
  const [, navigate] = useLocation();
  const detour = firstRun && !['error', 'reason', 'signed_out', 'setup'].some((name) => query.has(name));
  useEffect(() => {
    if (detour) navigate(`/setup?${query}`, { replace: true });
  }, [detour, navigate, query]);
}
