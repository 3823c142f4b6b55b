import type { ClientStatus } from '@picoclaw/client';
import type { GatewayView } from './gateway-watch.ts';

/** What the banner says: a key of `connection.*`, or nothing while there is nothing to say. */
type BannerText =
  | 'lost'
  | 'lostStarting'
  | 'lostStopped'
  | 'lostOffline'
  | 'lostLauncher'
  | 'closed'
  | 'stopped'
  | 'starting';

export interface BannerView {
  text: BannerText;
  canStart: boolean;
  canReopen: boolean;
}

const down = ['stopped', 'error'];
const onItsWay = ['starting', 'restarting'];

/** Decides what to say about a connection. `wasConnected`: a first connection that is only slow is no loss. */
export function bannerView(
  connection: ClientStatus,
  gateway: GatewayView,
  { wasConnected, online }: { wasConnected: boolean; online: boolean },
): BannerView | undefined {
  if (connection.state === 'connected') return undefined;
  const view = (text: BannerText, more: Partial<BannerView> = {}): BannerView => ({
    ...{ text, canStart: false, canReopen: false },
    ...more,
  });
  if (connection.state === 'closed') {
    return connection.closedBecause === 'closed_here' ? undefined : view('closed', { canReopen: true });
  }
  if (!wasConnected && connection.lastEnd === undefined) return undefined;
  if (!online) return view('lostOffline');
  if (gateway.launcher === 'silent') return view('lostLauncher');
  const { gateway_status: state = '', gateway_start_allowed: canStart = false } = gateway.status ?? {};
  if (down.includes(state)) return view(wasConnected ? 'lostStopped' : 'stopped', { canStart });
  if (onItsWay.includes(state)) return view(wasConnected ? 'lostStarting' : 'starting');
  return view('lost');
}
