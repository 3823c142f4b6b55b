import { BlockList } from 'node:net';
import { boundEvidence, type Finding } from '@picoclaw/findings';
import type { LauncherFact } from '../facts.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** A launcher that other machines reach, and no list of those that may. What it really listens on counts before settings. */
export function checkExposure({
  config,
  user,
  answer,
  port,
}: Pick<LauncherFact, 'config' | 'user' | 'answer' | 'port'>): Finding[] {
  if (config === undefined || config.allowed_cidrs.length > 0) return [];
  const isRunning = answer === 'own' && user !== undefined;
  const bound = isRunning ? user.addresses : config.bindHosts.map(({ host }) => host);
  const exposed = bound.filter((address) => !isLoopback(address));
  if (exposed.length === 0) return [];
  return [
    {
      code: 'exposed-without-allowlist',
      severity: 'warn',
      message: 'Every machine that reaches this one may try to sign in at the launcher.',
      evidence: boundEvidence([
        `${isRunning ? 'listens' : 'would listen'} on ${exposed.join(', ')} port ${port}`,
        `allowed_cidrs is empty (${config.sources['allowed_cidrs']?.from ?? 'default'})`,
      ]),
      fix: 'set "allowed_cidrs" in launcher-config.json, such as ["192.168.1.0/24"]; or listen on this machine only',
    },
  ];
}

function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
  return plain === 'localhost' || loopback.check(plain, plain.includes(':') ? 'ipv6' : 'ipv4');
}
