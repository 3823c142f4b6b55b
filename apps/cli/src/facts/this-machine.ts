import { networkInterfaces } from 'node:os';

/**
 * Whether a host of an URL is this very machine. Nobody can listen in on the way to it, so a certificate that is for the
 * name by which others know it, or self-signed, does no harm there.
 */
export function isThisMachine(hostname: string): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (host === 'localhost' || host === '::1' || host.startsWith('127.')) return true;
  return Object.values(networkInterfaces()).some((found) => found?.some(({ address }) => address === host));
}
