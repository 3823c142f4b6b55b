import type { ClientStatus, PicoSession } from '@picoclaw/client';
import { useCallback, useEffect, useRef } from 'react';
import { bannerView } from './connection-view.ts';
import { useGatewayWatch } from './gateway-watch.ts';
import { useOnline } from './use-online.ts';

/** What the banner has to show; while the connection is lost it watches the gateway and dials as soon as it is back. */
export function useConnectionBanner(session: PicoSession, connection: ClientStatus) {
  const online = useOnline();
  const wasConnected = useRef(false);
  if (connection.state === 'connected') wasConnected.current = true;
  const lost = connection.state !== 'connected' && (wasConnected.current || connection.lastEnd !== undefined);
  const { view: gateway, ask } = useGatewayWatch(lost && connection.state !== 'closed');

  const running = gateway.launcher === 'answers' && gateway.status?.gateway_status === 'running';
  useEffect(() => {
    // The client's own wait grows to half a minute; somebody who looks at the page need not sit through it.
    if (running) session.wake();
  }, [running, session]);

  const onStarted = useCallback(() => void ask(), [ask]);
  const view = bannerView(connection, gateway, { wasConnected: wasConnected.current, online });
  return { view, gateway: gateway.status, onStarted };
}
