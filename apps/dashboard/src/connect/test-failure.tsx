import { Link } from 'wouter';
import { Notice } from '../ui/notice.tsx';
import type { TestEnd } from './connection-test.ts';
import type { FailureReason } from './failure-reason.ts';
import { useConnectTexts } from './texts.ts';

interface TestFailureProps {
  end: TestEnd;
  reason: FailureReason | undefined;
}

/** Why a test did not come to its end, and what to do about it. */
export function TestFailure({ end, reason }: TestFailureProps) {
  const { t } = useConnectTexts();
  if (end.state === 'passed' || end.state === 'aborted') return null;
  return (
    <Notice tone={end.state === 'too_many_attempts' ? 'warning' : 'danger'}>
      {reason === undefined ? <EndText end={end} /> : <ReasonText reason={reason} />}
      {end.state === 'agent_failed' && <Way href="/gateway" text={t('toGateway')} />}
    </Notice>
  );
}

function EndText({ end }: { end: TestEnd }) {
  const { t } = useConnectTexts();
  switch (end.state) {
    case 'token_wrong':
    case 'token_unsafe':
    case 'silent':
      return t(`test.why.${end.state}`);
    case 'too_many_attempts':
      return t('test.why.too_many_attempts', { seconds: end.retryAfterSeconds ?? 60 });
    case 'agent_failed':
      return `${t('test.why.agent_failed')} ${end.message ?? ''}`;
    default:
      return t('test.why.unknown');
  }
}

function ReasonText({ reason }: { reason: FailureReason }) {
  const { t } = useConnectTexts();
  switch (reason.kind) {
    case 'gateway_down':
      return (
        <>
          {t('test.why.gateway_down')} {reason.told} <Way href="/gateway" text={t('toGateway')} />
        </>
      );
    case 'signed_out':
      return (
        <>
          {t('test.why.signed_out')}{' '}
          <Way href={`/login?${new URLSearchParams({ next: window.location.pathname })}`} text={t('toSignIn')} />
        </>
      );
    case 'other_address':
      return t('test.why.other_address', { url: reason.url, origin: window.location.origin });
    default:
      return t(`test.why.${reason.kind}`);
  }
}

function Way({ href, text }: { href: string; text: string }) {
  return <Link href={href}>{text}</Link>;
}
