import type { Environment } from './env.ts';

/** The names of a gateway's host that the operator has set, and that a pid file may therefore name (pid-file.md). */
export function trustedGatewayHosts({
  gatewayHost,
  gatewayAdvertiseHost,
}: Pick<Environment, 'gatewayHost' | 'gatewayAdvertiseHost'>): string[] {
  return [gatewayHost, gatewayAdvertiseHost].filter((name) => name !== undefined);
}
