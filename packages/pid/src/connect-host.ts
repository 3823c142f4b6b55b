import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { PidRecord } from './pid-record.ts';

type Address = Pick<PidRecord, 'host'>;

/** Bind addresses that mean "any" or "this machine", and where a client finds what listens there. */
const CONNECTABLE: ReadonlyMap<string, string> = new Map([
  ['', '127.0.0.1'],
  ['*', '127.0.0.1'],
  ['0.0.0.0', '127.0.0.1'],
  ['localhost', '127.0.0.1'],
  // An IPv6-only listener is not reachable at 127.0.0.1; a dual one is at both.
  ['::', '::1'],
]);

const normalized = (host: string): string =>
  host
    .trim()
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();

const isLoopback = (host: string): boolean => host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/** The one address to connect to for the `host` of a record, which may be a wildcard or a comma list; no brackets. */
export function connectHost({ host }: Address): string {
  const candidates = host.split(',').map((entry) => {
    const name = normalized(entry);
    return CONNECTABLE.get(name) ?? name;
  });
  return candidates.find(isLoopback) ?? candidates[0] ?? '127.0.0.1';
}

/** `http://host:port` of a record, with the brackets an IPv6 literal needs. */
export function gatewayOrigin(record: Pick<PidRecord, 'host' | 'port'>): string {
  const host = connectHost(record);
  return `http://${host.includes(':') ? `[${host}]` : host}:${record.port}`;
}

const addressesOfThisMachine = (): readonly string[] =>
  Object.values(networkInterfaces()).flatMap((addresses) => addresses?.map(({ address }) => normalized(address)) ?? []);

/**
 * Whether a record's address may be connected to: loopback, an address of this machine, or configured. Anything else in
 * the file would turn its reader into a relay into the network (server-side request forgery).
 */
export function isTrustedHost(
  record: Address,
  trustedHosts: readonly string[] = [],
  localAddresses: () => readonly string[] = addressesOfThisMachine,
): boolean {
  const host = connectHost(record);
  if (isLoopback(host) || trustedHosts.some((trusted) => normalized(trusted) === host)) return true;
  return isIP(host) !== 0 && localAddresses().includes(host);
}
