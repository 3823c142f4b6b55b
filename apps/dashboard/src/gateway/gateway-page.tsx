import { Link } from 'wouter';
import type { GatewayStatus } from '../api/gateway.ts';
import { useGatewayStatus } from '../events/gateway-status.ts';
import { useEventsConnected } from '../events/launcher-events.tsx';
import { Card } from '../ui/card.tsx';
import { Facts } from '../ui/facts.tsx';
import { Moment } from '../ui/moment.tsx';
import { Notice } from '../ui/notice.tsx';
import { Page } from '../ui/page.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import styles from './gateway.module.css';
import { ModelCard } from './model-card.tsx';
import { StateCard } from './state-card.tsx';
import { useGatewayTexts } from './texts.ts';

/** How the gateway is, orders to it, and who answers. */
export function GatewayPage() {
  const { t } = useGatewayTexts();
  const status = useGatewayStatus();
  const isConnected = useEventsConnected();
  return (
    <Page title={t('title')} lead={t('lead')}>
      {!isConnected && (
        <Notice tone="warning" role="status">
          {t('stale')}
        </Notice>
      )}
      <StateCard status={status} />
      <ProcessCard status={status} />
      {status?.last_exit && <ExitCard exit={status.last_exit} />}
      <ModelCard status={status} />
    </Page>
  );
}

function ProcessCard({ status }: { status: GatewayStatus | undefined }) {
  const { t } = useGatewayTexts();
  if (status === undefined) {
    return (
      <Card title={t('facts.heading')}>
        <Skeleton lines={5} />
      </Card>
    );
  }
  const { pid, port, host, gateway_version: version, started_at: startedAt, owned } = status;
  const address = port === undefined ? undefined : `${host?.includes(':') ? `[${host}]` : (host ?? '')}:${port}`;
  const facts = [
    [t('facts.pid'), pid],
    [t('facts.version'), version],
    [t('facts.address'), address],
    [t('facts.started'), startedAt && <Moment time={Date.parse(startedAt)} />],
    [t('facts.owner'), address && t(owned ? 'facts.ownHere' : 'facts.ownElse')],
  ] as const;
  return (
    <Card title={t('facts.heading')}>
      {address === undefined ? <p className={styles.muted}>{t('facts.none')}</p> : <Facts facts={facts} />}
    </Card>
  );
}

function ExitCard({ exit }: { exit: NonNullable<GatewayStatus['last_exit']> }) {
  const { t } = useGatewayTexts();
  const { code, signal, at, tail } = exit;
  const how = signal ? t('exit.signal', { signal }) : typeof code === 'number' ? t('exit.code', { code }) : undefined;
  return (
    <Card title={t('exit.heading')} actions={<Link href="/logs">{t('exit.allLogs')}</Link>}>
      <p className={styles.muted}>
        {how} {at !== undefined && <Moment time={new Date(at).getTime()} />}
      </p>
      {tail.length > 0 && (
        <figure className={styles.tail}>
          <figcaption>{t('exit.log')}</figcaption>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <pre tabIndex={0}>{tail.join('\n')}</pre>
        </figure>
      )}
    </Card>
  );
}
