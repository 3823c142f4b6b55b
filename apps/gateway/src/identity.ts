import { randomBytes, randomUUID } from 'node:crypto';
import { Secret } from '@picoclaw/auth';

/** Who this gateway process is: what its pid file and `/health` say of it. */
export interface GatewayIdentity {
  readonly instanceId: string;
  readonly pidToken: Secret;
  readonly version: string;
  /** Unix milliseconds. */
  readonly startedAt: number;
}

/** A new identity, for one run of the process. */
export function createIdentity(version: string, now: () => number = Date.now): GatewayIdentity {
  const pidToken = new Secret(randomBytes(16).toString('hex'));
  return { instanceId: randomUUID(), pidToken, version, startedAt: now() };
}

/** How long it has been running, the way Go prints a duration: `1h2m3s`. */
export function formatUptime(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const parts = [
    { value: Math.floor(seconds / 3600), unit: 'h' },
    { value: Math.floor(seconds / 60) % 60, unit: 'm' },
    { value: seconds % 60, unit: 's' },
  ];
  const first = parts.findIndex(({ value }) => value > 0);
  return parts
    .slice(first < 0 ? 2 : first)
    .map(({ value, unit }) => `${value}${unit}`)
    .join('');
}
