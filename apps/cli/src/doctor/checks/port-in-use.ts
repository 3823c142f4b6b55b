import { boundEvidence, type Finding } from '@picoclaw/findings';
import { describePortUser, type PortUser } from '../../facts/port-user.ts';
import type { Facts, GatewayFact, LauncherFact } from '../facts.ts';

/** A port of ours that somebody else has: the launcher or the gateway cannot start. */
export function checkPorts({ launcher, gateway }: Pick<Facts, 'launcher' | 'gateway'>): Finding[] {
  return [...launcherPort(launcher), ...gatewayPort(gateway)];
}

function launcherPort({ port, answer, user }: LauncherFact): Finding[] {
  if (answer === 'own' || answer === 'absent') return [];
  // A launcher that is suspended or overloaded is still one.
  if (answer === 'mute' && user?.command?.includes('picoclaw')) return [];
  const who = {
    'other-home': 'a launcher of another home',
    foreign: 'something that is not our launcher',
    mute: 'something that does not answer as a launcher',
  }[answer];
  return [
    inUse(`The launcher's port ${port} is used by ${who}.`, port, user, { by: 'port', file: 'launcher-config.json' }),
  ];
}

function gatewayPort({ port, pidFile, user, health, isOwnUser }: GatewayFact): Finding[] {
  if (health.outcome === 'refused' || isOwnUser) return [];
  // What lives in another container has a pid of its own there; its port is no business of this one.
  if (pidFile.state === 'unverifiable') return [];
  const own = pidFile.state === 'alive' ? pidFile.record : undefined;
  if (own?.port === port) return [];
  if (user === undefined && health.outcome !== 'ok') return [];
  const said =
    health.outcome === 'ok'
      ? 'a gateway that is not ours (its /health names another run than the pid file)'
      : `something that is not our gateway (/health: ${health.detail})`;
  return [
    inUse(`The gateway's port ${port} is used by ${said}.`, port, user, { by: 'gateway.port', file: 'config.json' }),
  ];
}

function inUse(
  message: string,
  port: number,
  user: PortUser | undefined,
  { by, file }: { by: string; file: string },
): Finding {
  const who = user === undefined ? 'the process cannot be seen from here' : describePortUser(user);
  const stop = user?.pid === undefined ? 'stop it' : `stop it (pid ${user.pid})`;
  return {
    ...{ code: 'port-in-use', severity: 'error', message },
    evidence: boundEvidence([
      `port ${port}: ${who}`,
      ...(user?.addresses.length ? [`listens on ${user.addresses.join(', ')}`] : []),
    ]),
    fix: `${stop}, or choose another port: "${by}" in ${file}`,
  };
}
