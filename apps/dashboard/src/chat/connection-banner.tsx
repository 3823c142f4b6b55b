import { ChevronRight, Play, RotateCw, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { type GatewayStatus, orderGateway } from '../api/gateway.ts';
import { refusalText } from '../api/refusal-text.ts';
import type { Refusal } from '../api/request.ts';
import { useTranslation } from '../i18n/use-translation.ts';
import { Button } from '../ui/button.tsx';
import { Spinner } from '../ui/spinner.tsx';
import styles from './connection-banner.module.css';
import type { BannerView } from './connection-view.ts';

interface ConnectionBannerProps {
  view: BannerView | undefined;
  gateway: GatewayStatus | undefined;
  onReopen: () => void;
  onStarted: () => void;
}

/** Says over the chat that the connection is lost, why, and offers what a person can do about it. */
export function ConnectionBanner({ view, gateway, onReopen, onStarted }: ConnectionBannerProps) {
  const { t } = useTranslation();
  const waiting = view !== undefined && !view.canStart && !view.canReopen;
  return (
    <div className={styles.place}>
      <div className={styles.card} data-waits={view !== undefined && !waiting ? true : undefined}>
        {/* Always there: a live region that appears together with its text is not read out. */}
        <div role="status">
          {view !== undefined && (
            <div className={styles.banner} data-testid="connection-banner">
              <p className={styles.line}>
                {waiting ? <Spinner /> : <TriangleAlert size={18} aria-hidden="true" />}
                <span>{t(`connection.${view.text}`)}</span>
              </p>
              {view.canStart && <StopReason gateway={gateway} />}
            </div>
          )}
        </div>
        {view?.canStart === true && <StartGateway gateway={gateway} onStarted={onStarted} />}
        {view?.canReopen === true && (
          <div className={styles.tools}>
            <Button size="sm" tone="primary" icon={<RotateCw size={14} aria-hidden="true" />} onClick={onReopen}>
              {t('connection.reconnect')}
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}

function StopReason({ gateway }: { gateway: GatewayStatus | undefined }) {
  const { t } = useTranslation();
  const exit = gateway?.last_exit;
  const { code, signal } = exit ?? {};
  const ending = signal
    ? t('connection.exitSignal', { signal })
    : typeof code === 'number'
      ? t('connection.exitCode', { code })
      : undefined;
  const reason = [gateway?.gateway_start_reason, ending].filter(Boolean).join(' ');
  return reason === '' ? null : <p className={styles.reason}>{reason}</p>;
}

function StartGateway({ gateway, onStarted }: { gateway: GatewayStatus | undefined; onStarted: () => void }) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();
  const start = async () => {
    setBusy(true);
    setRefusal(undefined);
    const reply = await orderGateway('start');
    setBusy(false);
    if (!reply.ok) setRefusal(reply);
    onStarted();
  };
  const tail = gateway?.last_exit?.tail ?? [];
  return (
    <div className={styles.tools}>
      {refusal !== undefined && (
        <p role="alert" className={styles.failure}>
          {t('connection.startFailed')} {refusalText(t, refusal)}
        </p>
      )}
      <Button
        size="sm"
        tone="primary"
        busy={busy}
        icon={<Play size={14} aria-hidden="true" />}
        onClick={() => void start()}
      >
        {busy ? t('connection.startBusy') : t('connection.start')}
      </Button>
      {tail.length > 0 && (
        <details className={styles.log}>
          <summary>
            <ChevronRight size={14} aria-hidden="true" />
            {t('connection.log')}
          </summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <pre tabIndex={0}>{tail.join('\n')}</pre>
        </details>
      )}
    </div>
  );
}
