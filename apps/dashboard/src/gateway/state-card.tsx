import { CircleCheck, CircleSlash, LoaderCircle, OctagonX, Play, RefreshCw, RotateCw, Square } from 'lucide-react';
import { useState } from 'react';
import { type GatewayOrder, type GatewayStatus, orderGateway } from '../api/gateway.ts';
import { refusalText } from '../api/refusal-text.ts';
import { useTranslation } from '../i18n/use-translation.ts';
import { useLeaving } from '../shell/leaving.tsx';
import { Button } from '../ui/button.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { Notice } from '../ui/notice.tsx';
import { useToast } from '../ui/toast.tsx';
import styles from './gateway.module.css';
import { useGatewayTexts } from './texts.ts';

const looks = {
  running: CircleCheck,
  starting: LoaderCircle,
  restarting: LoaderCircle,
  stopping: LoaderCircle,
  stopped: CircleSlash,
  error: OctagonX,
};
type State = keyof typeof looks;

const orderIcons = { start: Play, stop: Square, restart: RotateCw, reload: RefreshCw };

/** What makes sense in a state. */
const ordersIn: Readonly<Record<State, readonly GatewayOrder[]>> = {
  running: ['reload', 'restart', 'stop'],
  starting: ['stop'],
  restarting: ['stop'],
  stopping: [],
  stopped: ['start'],
  error: ['start'],
};

interface StateCardProps {
  status: GatewayStatus | undefined;
}

/** The state in one word and one sentence, and what can be done about it. */
export function StateCard({ status }: StateCardProps) {
  const { t } = useGatewayTexts();
  const { busy, failure, give } = useOrders();
  const [asksToStop, setAsksToStop] = useState(false);
  const { gateway_status: told = 'starting', gateway_start_allowed: allowed = true } = status ?? {};
  const state: State = Object.hasOwn(looks, told) ? (told as State) : 'error';
  const orders = ordersIn[state].filter((order) => allowed || order === 'reload');
  const onOrder = (order: GatewayOrder) => (order === 'stop' ? setAsksToStop(true) : void give(order));
  return (
    <section className={styles.state} data-state={status && state} aria-busy={status === undefined}>
      <div className={styles.now} role="status">
        {status !== undefined && <StateLine state={state} />}
      </div>
      {/* Keeps its height while nothing is known yet: no layout shift. */}
      <div className={styles.orders}>
        {status !== undefined &&
          orders.map((order) => (
            <OrderButton key={order} order={order} busy={busy} main={order === 'start'} onOrder={onOrder} />
          ))}
      </div>
      <StateNotices status={status} failure={failure} restart={() => void give('restart')} />
      <ConfirmDialog
        open={asksToStop}
        title={t('stopTitle')}
        confirmLabel={t('order.stop')}
        onConfirm={() => {
          setAsksToStop(false);
          void give('stop');
        }}
        onClose={() => setAsksToStop(false)}
      >
        <p>{t('stopText')}</p>
      </ConfirmDialog>
    </section>
  );
}

function StateLine({ state }: { state: State }) {
  const { t } = useGatewayTexts();
  const Icon = looks[state];
  return (
    <>
      <Icon size={32} className={styles.icon} aria-hidden="true" />
      <div>
        <p className={styles.word}>{t(`state.${state}`)}</p>
        <p className={styles.muted}>{t(`about.${state}`)}</p>
      </div>
    </>
  );
}

interface OrderButtonProps {
  order: GatewayOrder;
  busy: GatewayOrder | undefined;
  main: boolean;
  onOrder: (order: GatewayOrder) => void;
}

function OrderButton({ order, busy, main, onOrder }: OrderButtonProps) {
  const { t } = useGatewayTexts();
  const Icon = orderIcons[order];
  return (
    <Button
      size="sm"
      tone={main ? 'primary' : 'secondary'}
      busy={busy === order}
      disabled={busy !== undefined && busy !== order && order !== 'stop'}
      icon={<Icon size={16} aria-hidden="true" />}
      onClick={() => onOrder(order)}
    >
      {t(`order.${order}`)}
    </Button>
  );
}

interface StateNoticesProps {
  status: GatewayStatus | undefined;
  failure: string | undefined;
  restart: () => void;
}

function StateNotices({ status, failure, restart }: StateNoticesProps) {
  const { t } = useGatewayTexts();
  const { gateway_start_reason: reason, gateway_start_allowed: allowed = true } = status ?? {};
  const hasFailed = status?.gateway_status === 'error' || status?.gateway_status === 'restarting';
  return (
    <>
      {failure !== undefined && (
        <Notice tone="danger" role="alert">
          {failure}
        </Notice>
      )}
      {reason !== undefined && failure === undefined && (
        <Notice tone={hasFailed ? 'danger' : 'info'}>
          {reason} {!allowed && t('notAllowed')}
        </Notice>
      )}
      {status?.gateway_restart_required === true && (
        <Notice tone="warning">
          <div className={styles.hint}>
            <span>{t('restartRequired')}</span>
            <Button size="sm" icon={<RotateCw size={14} aria-hidden="true" />} onClick={restart}>
              {t('order.restart')}
            </Button>
          </div>
        </Notice>
      )}
    </>
  );
}

/** Gives one order at a time; what came of it is said in place when it failed, in passing when it worked. */
function useOrders() {
  const { t: common } = useTranslation();
  const { t } = useGatewayTexts();
  const toast = useToast();
  const leaving = useLeaving();
  const [busy, setBusy] = useState<GatewayOrder>();
  const [failure, setFailure] = useState<string>();
  const give = async (order: GatewayOrder) => {
    setBusy(order);
    setFailure(undefined);
    const reply = await orderGateway(order);
    // A stop during a start ends both; the last order given is the one that is waited for.
    setBusy((now) => (now === order ? undefined : now));
    if (reply.ok) toast('success', t(`done.${order}`));
    else if (reply.status === 401) leaving.sessionEnded();
    else setFailure(`${t(`failed.${order}`)} ${refusalText(common, reply)}`);
  };
  return { busy, failure, give };
}
