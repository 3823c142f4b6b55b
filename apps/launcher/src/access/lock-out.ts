import { parseHost } from '@picoclaw/server';
import type { FastifyRequest } from 'fastify';
import type { SettingIssue, SettingValues } from '../settings.ts';
import { createAddressList, isLoopback } from './address.ts';
import { createHostList } from './host.ts';
import { mayConnect } from './network.ts';

/** The settings that decide who gets to the launcher. */
interface Reach {
  readonly host: string;
  readonly public: boolean;
  readonly allowed_cidrs: readonly string[];
  readonly allow_localhost_bypass: boolean;
  readonly allowed_hosts: readonly string[];
  readonly trusted_proxy_cidrs: readonly string[];
}

const GATES = {
  network: ['allowed_cidrs', 'allow_localhost_bypass', 'trusted_proxy_cidrs'],
  host: ['allowed_hosts', 'trusted_proxy_cidrs'],
  binding: ['public', 'host'],
} as const;

/**
 * Why whoever asks for these changes would not get in any more; judged by the gates themselves. Empty when they would, or
 * when no changed setting has to do with it.
 */
export function lockOutIssues(
  request: FastifyRequest,
  after: SettingValues,
  changed: readonly string[],
): readonly SettingIssue[] {
  const reach = after as unknown as Reach;
  const issue = (gate: keyof typeof GATES, isOpen: () => boolean, message: string): SettingIssue[] => {
    const key = GATES[gate].find((name) => changed.includes(name));
    return key === undefined || isOpen() ? [] : [{ key, message }];
  };
  const { ip } = behindProxies(request, reach);
  const name = parseHost(request.headers.host ?? '')?.hostname ?? '';
  return [
    ...issue('network', () => isInNetwork(request, reach), `would not let in your own address, ${ip}`),
    ...issue('host', () => isKnownHost(request, reach), `would not let you in by the name that you use, ${name}`),
    ...issue('binding', () => isListening(request, reach), 'would leave no address that you can reach from here'),
  ];
}

/** The address that counts: that of the peer, unless the peer is a proxy that is still trusted. */
function behindProxies(request: FastifyRequest, { trusted_proxy_cidrs: proxies }: Reach) {
  const peer = request.socket.remoteAddress;
  const isTrusted = createAddressList(proxies).has(peer);
  return { isTrusted, ip: isTrusted ? request.ip : (peer ?? request.ip) };
}

function isInNetwork(request: FastifyRequest, reach: Reach): boolean {
  const allowed = createAddressList(reach.allowed_cidrs);
  const { ip } = behindProxies(request, reach);
  return mayConnect(request, ip, { allowed, allowLocalhostBypass: reach.allow_localhost_bypass });
}

function isKnownHost(request: FastifyRequest, reach: Reach): boolean {
  const named = parseHost(request.headers.host ?? '');
  if (named?.isIpLiteral || behindProxies(request, reach).isTrusted) return true;
  return named !== undefined && createHostList(reach.allowed_hosts).has(named.hostname);
}

/** Without `public` and `host` only this machine is listened to. */
function isListening(request: FastifyRequest, { public: isPublic, host }: Reach): boolean {
  return isPublic || !['', 'localhost'].includes(host.trim()) || isLoopback(request.socket.localAddress);
}
