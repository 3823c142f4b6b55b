import { PicoPath } from '@picoclaw/protocol';
import type { GatewayStatus } from '../api/gateway.ts';

const everyAddress: readonly string[] = ['', '0.0.0.0', '::'];

/** Where the gateway listens itself; undefined when it does not. `pageHost` is the name this machine was reached by. */
export function gatewayAddress(
  { gateway_status, host = '', port }: Pick<GatewayStatus, 'gateway_status' | 'host' | 'port'>,
  pageHost: string,
): string | undefined {
  if (gateway_status !== 'running' || port === undefined) return undefined;
  const name = everyAddress.includes(host) ? pageHost : host;
  return `ws://${name.includes(':') && !name.startsWith('[') ? `[${name}]` : name}:${port}${PicoPath.socket}`;
}

/** Whether an address is one that only programs on the same computer reach. */
export function isLoopback(address: string): boolean {
  const { hostname } = new URL(address);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
