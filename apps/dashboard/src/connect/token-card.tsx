import { CircleCheck, CircleSlash, Eye, Power, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import type { PicoInfo } from '../api/pico.ts';
import { refusalText } from '../api/refusal-text.ts';
import { useTranslation } from '../i18n/use-translation.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import styles from './connect.module.css';
import { RevealForm } from './reveal-form.tsx';
import { ShownTokenField } from './shown-token-field.tsx';
import { useConnectTexts } from './texts.ts';
import { type Refused, useChannelToken } from './use-channel-token.ts';

interface TokenCardProps {
  info: PicoInfo | undefined;
  onEnabled: (info: PicoInfo) => void;
}

/** The channel token: whether there is one, a look at it, another one. */
export function TokenCard({ info, onEnabled }: TokenCardProps) {
  const { t } = useConnectTexts();
  const [isAsking, setAsking] = useState(false);
  const [confirms, setConfirms] = useState(false);
  const channel = useChannelToken(onEnabled);
  const { shown, busy } = channel;
  return (
    <Card title={t('token.heading')} text={t('token.lead')}>
      {info === undefined ? (
        <Skeleton lines={2} />
      ) : (
        <div className={styles.line}>
          <ChannelState info={info} />
          <div className={styles.orders}>
            <TokenOrders
              info={info}
              busy={busy}
              canReveal={!isAsking && shown === undefined}
              onEnable={() => void channel.enable()}
              onReveal={() => setAsking(true)}
              onRotate={() => setConfirms(true)}
            />
          </div>
        </div>
      )}
      <TokenRefusal refused={channel.refused} secondsLeft={channel.secondsLeft} />
      {isAsking && <RevealForm channel={channel} onDone={() => setAsking(false)} />}
      {shown !== undefined && <ShownTokenField key={shown.token} shown={shown} onHide={channel.hide} />}
      <ConfirmDialog
        open={confirms}
        title={t('token.rotateTitle')}
        confirmLabel={t('token.rotate')}
        onConfirm={() => {
          setConfirms(false);
          setAsking(false);
          void channel.rotate();
        }}
        onClose={() => setConfirms(false)}
      >
        <p>{t('token.rotateText')}</p>
      </ConfirmDialog>
    </Card>
  );
}

function ChannelState({ info: { enabled, configured } }: { info: PicoInfo }) {
  const { t } = useConnectTexts();
  const isReady = enabled && configured;
  const Icon = isReady ? CircleCheck : CircleSlash;
  return (
    <p className={styles.state} data-ready={isReady || undefined} role="status">
      <Icon size={18} aria-hidden="true" />
      {t(isReady ? 'token.ready' : enabled ? 'token.missing' : 'token.off')}
    </p>
  );
}

interface TokenOrdersProps {
  info: PicoInfo;
  busy: string | undefined;
  canReveal: boolean;
  onEnable: () => void;
  onReveal: () => void;
  onRotate: () => void;
}

function TokenOrders({ info, busy, canReveal, onEnable, onReveal, onRotate }: TokenOrdersProps) {
  const { t } = useConnectTexts();
  const isReady = info.enabled && info.configured;
  return (
    <>
      {!isReady && (
        <Button
          size="sm"
          tone="primary"
          busy={busy === 'enable'}
          icon={<Power size={16} aria-hidden="true" />}
          onClick={onEnable}
        >
          {t('token.enable')}
        </Button>
      )}
      {info.configured && canReveal && (
        <Button size="sm" icon={<Eye size={16} aria-hidden="true" />} onClick={onReveal}>
          {t('token.reveal')}
        </Button>
      )}
      {info.configured && (
        <Button size="sm" busy={busy === 'rotate'} icon={<RefreshCw size={16} aria-hidden="true" />} onClick={onRotate}>
          {t('token.rotate')}
        </Button>
      )}
    </>
  );
}

function TokenRefusal({ refused, secondsLeft }: { refused: Refused | undefined; secondsLeft: number }) {
  const { t } = useConnectTexts();
  const { t: common } = useTranslation();
  if (refused === undefined || (refused.refusal.status === 429 && secondsLeft === 0)) return null;
  const { refusal, order } = refused;
  const isElsewhere = refusal.code === 'channel_token_managed_elsewhere';
  return (
    <Notice tone={refusal.status === 429 || isElsewhere ? 'warning' : 'danger'} role="alert">
      {/* The button counts; an alert that counts would be read out every second. */}
      {refusal.status === 429 ? t('token.tooMany') : `${t(`token.failed.${order}`)} ${refusalText(common, refusal)}`}
    </Notice>
  );
}
