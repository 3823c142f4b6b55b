import { useEffect } from 'react';
import { appUrl } from '../base-path.ts';
import { useGatewayStatus } from '../events/gateway-status.ts';
import { useEventsConnected } from '../events/launcher-events.tsx';

/** What stands for the gateway's states in the browser's tab; files of public/. */
const icons: Readonly<Record<string, string>> = {
  running: 'favicon.svg',
  starting: 'favicon-busy.svg',
  restarting: 'favicon-busy.svg',
  stopping: 'favicon-busy.svg',
};
const DOWN = 'favicon-down.svg';

/** Shows the gateway's state in the icon of the tab, for who looks at another one. */
export function StateIcon() {
  const status = useGatewayStatus();
  const isConnected = useEventsConnected();
  const icon = !isConnected ? DOWN : status && (icons[status.gateway_status] ?? DOWN);
  useEffect(() => {
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (icon !== undefined && link !== null && link.href !== appUrl(icon)) link.href = appUrl(icon);
  }, [icon]);
  return null;
}
