import { fetchAuthStatus } from '../api/auth.ts';
import { fetchGatewayStatus } from '../api/gateway.ts';
import type { PicoInfo } from '../api/pico.ts';

/** Why no connection came about, as far as the launcher can tell. */
export type FailureReason =
  | { kind: 'launcher_silent' | 'signed_out' | 'channel_off' | 'unknown' }
  | { kind: 'gateway_down'; told: string | undefined }
  | { kind: 'other_address'; url: string };

/** Asks the launcher what a browser does not say about a WebSocket that failed. */
export async function findFailureReason(
  { ws_url: url, enabled, configured }: PicoInfo,
  pageOrigin: string,
): Promise<FailureReason> {
  const auth = await fetchAuthStatus();
  if (!auth.ok) return { kind: auth.code === 'unreachable' ? 'launcher_silent' : 'unknown' };
  if (!auth.value.authenticated) return { kind: 'signed_out' };
  const gateway = await fetchGatewayStatus();
  if (gateway.ok && gateway.value.gateway_status !== 'running') {
    return { kind: 'gateway_down', told: gateway.value.gateway_start_reason };
  }
  if (!enabled || !configured) return { kind: 'channel_off' };
  return isOrigin(url, pageOrigin) ? { kind: 'unknown' } : { kind: 'other_address', url };
}

/** Whether a WebSocket address leads to where a page came from. */
function isOrigin(url: string, pageOrigin: string): boolean {
  return new URL(url.replace(/^ws/, 'http')).origin === pageOrigin;
}
