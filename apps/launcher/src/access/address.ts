import { isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** A list of networks in CIDR notation (or single addresses) that addresses can be looked up in. */
export interface AddressList {
  readonly isEmpty: boolean;
  has(address: string | undefined): boolean;
}

/** Builds the list. Entries are validated by the configuration's schema. */
export function createAddressList(cidrs: readonly string[]): AddressList {
  const networks = cidrs.map((cidr) => (cidr.includes('/') ? ipaddr.parseCIDR(cidr) : singleAddress(cidr)));
  return {
    isEmpty: networks.length === 0,
    has(address) {
      const parsed = parseAddress(address);
      if (parsed === undefined) return false;
      return networks.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits));
    },
  };
}

/** An address as sockets and forwarding headers write it: some proxies add the client's port. */
function parseAddress(text = ''): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const address = /^(?:\[([^\]]+)\]|([\d.]+))(?::\d+)?$/.exec(text)?.slice(1).find(Boolean) ?? text;
  // `process` makes 1.2.3.4 out of ::ffff:1.2.3.4, as which a dual-stack socket shows its IPv4 peers.
  return ipaddr.isValid(address) ? ipaddr.process(address) : undefined;
}

/** An address in its shortest form, an IPv4 one as such; `undefined` for what is none. */
export function plainAddress(address: string | undefined): string | undefined {
  return parseAddress(address)?.toString();
}

function singleAddress(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const address = ipaddr.process(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** Whether an address is this machine talking to itself. */
export function isLoopback(address: string | undefined): boolean {
  return parseAddress(address)?.range() === 'loopback';
}

/**
 * One client for counting: the IPv4 address, or the /64 that an IPv6 client can pick addresses from at will. What is no
 * address counts as one client, or whoever can have any text put there would have any number of budgets.
 */
export function clientKey(address: string): string {
  if (isIPv4(address)) return address;
  const parsed = parseAddress(address);
  if (parsed === undefined) return 'no address';
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${(parsed as ipaddr.IPv6).parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
