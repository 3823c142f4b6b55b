import { isIP, isIPv4, isIPv6 } from 'node:net';

/** One address to listen on. `optional`: skipped where the machine does not have that address family. */
export interface BindHost {
  readonly host: string;
  readonly ipv6Only?: boolean;
  readonly optional?: boolean;
}

/** The addresses that a host setting names, or why it names none. */
export type BindHosts =
  | { readonly ok: true; readonly hosts: readonly BindHost[] }
  | { readonly ok: false; readonly reason: string };

const LOOPBACKS: readonly BindHost[] = [{ host: '127.0.0.1' }, { host: '::1', ipv6Only: true, optional: true }];
const WILDCARDS: readonly BindHost[] = [{ host: '0.0.0.0' }, { host: '::', ipv6Only: true, optional: true }];
const HOST_NAME = /^(?!-)[\w-]{1,63}(\.[\w-]{1,63})*\.?$/;

/**
 * Reads a host setting: empty and `localhost` are both loopbacks, `*` all addresses, `::` all IPv6 and `0.0.0.0` all
 * IPv4 ones; several are separated by commas.
 */
export function checkBindHosts(text: string): BindHosts {
  if (text.trim() === '') return { ok: true, hosts: LOOPBACKS };
  const hosts = new Map<string, BindHost>();
  for (const entry of text.split(',')) {
    const found = bindHostsOf(entry.trim());
    if (typeof found === 'string') return { ok: false, reason: found };
    // An address that is asked for by name is not optional any more.
    for (const host of found) if (!hosts.has(host.host) || !host.optional) hosts.set(host.host, host);
  }
  return { ok: true, hosts: [...hosts.values()] };
}

/** `checkBindHosts` for a text that was already validated; throws `RangeError` otherwise. */
export function parseBindHosts(text: string): readonly BindHost[] {
  const result = checkBindHosts(text);
  if (!result.ok) throw new RangeError(result.reason);
  return result.hosts;
}

function bindHostsOf(entry: string): readonly BindHost[] | string {
  if (entry === '') return 'has an empty entry between commas';
  if (entry === 'localhost') return LOOPBACKS;
  if (entry === '*') return WILDCARDS;
  const address = entry.replace(/^\[(.*)\]$/, '$1');
  if (isIPv6(address)) return [{ host: address, ipv6Only: true }];
  if (isIPv4(entry) || (HOST_NAME.test(entry) && isIP(entry) === 0 && !/^[\d.]+$/.test(entry)))
    return [{ host: entry }];
  return 'must name addresses or hosts, without port or scheme, separated by commas';
}
