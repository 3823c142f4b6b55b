import { Link } from 'wouter';
import type { GatewayStatus } from '../api/gateway.ts';
import type { PicoInfo } from '../api/pico.ts';
import { Card } from '../ui/card.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Facts } from '../ui/facts.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { gatewayAddress, isLoopback } from './addresses.ts';
import styles from './connect.module.css';
import { Segmented } from './segmented.tsx';
import { useConnectTexts } from './texts.ts';

/** Through the launcher, or straight to the gateway. */
export type Way = 'launcher' | 'gateway';
const ways: readonly Way[] = ['launcher', 'gateway'];

/** Where a way leads; undefined while that is not known, or while nobody listens there. */
export function addressOfWay(
  way: Way,
  info: PicoInfo | undefined,
  gateway: GatewayStatus | undefined,
): string | undefined {
  if (way === 'launcher') return info?.ws_url;
  return gateway && gatewayAddress(gateway, window.location.hostname);
}

interface WayCardProps {
  way: Way;
  onWay: (way: Way) => void;
  info: PicoInfo | undefined;
  gateway: GatewayStatus | undefined;
}

/** The address to connect to, and which token opens it in which form. */
export function WayCard({ way, onWay, info, gateway }: WayCardProps) {
  const { t } = useConnectTexts();
  const address = addressOfWay(way, info, gateway);
  const isDown = way === 'gateway' && gateway !== undefined && address === undefined;
  return (
    <Card title={t('way.heading')} text={t('way.lead')}>
      <Segmented
        label={t('way.heading')}
        value={way}
        options={ways.map((value) => ({ value, label: t(`way.${value}`) }))}
        onChange={onWay}
      />
      <p className={styles.about}>{t(`way.${way}About`)}</p>
      {isDown && <GatewayIsDown />}
      {address !== undefined && <Address url={address} />}
      {info === undefined || (address === undefined && !isDown) ? (
        <Skeleton lines={4} />
      ) : (
        <WayFacts way={way} info={info} address={address} />
      )}
      <Tokens />
    </Card>
  );
}

function Address({ url }: { url: string }) {
  const { t } = useConnectTexts();
  return (
    <div className={styles.address}>
      <span className="visually-hidden">{t('way.address')}</span>
      <code data-testid="address">{url}</code>
      <CopyButton text={url} />
    </div>
  );
}

function GatewayIsDown() {
  const { t } = useConnectTexts();
  return (
    <Notice tone="warning" role="status">
      {t('way.gatewayDown')} <Link href="/gateway">{t('toGateway')}</Link>
    </Notice>
  );
}

const knownMethods = ['bearer', 'subprotocol', 'query'] as const;

function WayFacts({ way, info, address }: { way: Way; info: PicoInfo; address: string | undefined }) {
  const { t } = useConnectTexts();
  const offered = way === 'launcher' ? info.auth_methods : info.gateway_auth_methods;
  const methods = knownMethods.filter((method) => offered.includes(method));
  const methodList = (
    <ul className={styles.methods}>
      {methods.map((method) => (
        <li key={method}>
          <code>{methodForms[method]}</code> {t(`way.method.${method}`)}
        </li>
      ))}
    </ul>
  );
  const session = (
    <>
      <code>?{info.session_param}=…</code> {t('way.sessionAbout')}
    </>
  );
  const reach =
    way === 'gateway' && address !== undefined && t(isLoopback(address) ? 'way.loopback' : 'way.notLoopback');
  return (
    <Facts
      facts={[
        [t('way.whichToken'), t(way === 'launcher' ? 'way.eitherToken' : 'way.channelToken')],
        [t('way.how'), methodList],
        [t('way.session'), session],
        [t('way.reach'), reach || undefined],
      ]}
    />
  );
}

const methodForms: Readonly<Record<(typeof knownMethods)[number], string>> = {
  bearer: 'Authorization: Bearer …',
  subprotocol: 'Sec-WebSocket-Protocol: token.…',
  query: '?token=…',
};

/** People mix them up more than anything else here. */
function Tokens() {
  const { t } = useConnectTexts();
  return (
    <dl className={styles.tokens}>
      {(['launcher', 'channel'] as const).map((token) => (
        <div key={token}>
          <dt>{t(`tokens.${token}`)}</dt>
          <dd>{t(`tokens.${token}About`)}</dd>
        </div>
      ))}
    </dl>
  );
}
