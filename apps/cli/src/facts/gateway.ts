import type { Secret } from '@picoclaw/auth';
import { type Environment, loadLauncherConfig, type Paths } from '@picoclaw/config';
import { channelCredential, gatewayOrigin, type PidFileState } from '@picoclaw/pid';
import { PicoPath } from '@picoclaw/protocol';
import { httpJson } from './http-json.ts';
import { readHomePidFile } from './pid-file.ts';

/** How the gateway is, and whether it takes the channel token. */
export type GatewayFact =
  /** No living process; `reason` when a pid file is left over or is none. */
  | { readonly state: 'absent'; readonly reason?: string }
  | { readonly state: 'unknown'; readonly reason: string }
  | {
      readonly state: 'running';
      readonly origin: string;
      readonly isReady: boolean;
      /** Whether it takes the channel token of this home; `unknown` when there is none, or it could not be tried. */
      readonly takesToken: 'yes' | 'no' | 'unknown';
      /** Unknown of one that somebody else runs elsewhere. */
      readonly process?: { readonly pid: number; readonly version: string; readonly startedAt?: string };
    };

/** Looks at the gateway of a home: by its pid file, or at `gateway_url`. Throws `ConfigError`. */
export async function lookAtGateway(
  paths: Paths,
  environment: Environment,
  token: Secret | undefined,
): Promise<GatewayFact> {
  const { gateway_mode: mode, gateway_url: url } = loadLauncherConfig(paths, environment);
  if (mode === 'external' && url !== undefined) return lookAt(url.replace(/\/+$/, ''), token);
  const found = await readHomePidFile({ paths, environment });
  if (found.state === 'alive') {
    const { pid, version, startedAt } = found.record;
    const fact = await lookAt(gatewayOrigin(found.record), token && channelCredential(found.record, token));
    const process = { pid, version, ...(startedAt !== undefined && { startedAt }) };
    return fact.state === 'running'
      ? { ...fact, process }
      : { state: 'unknown', reason: `process ${pid} does not answer` };
  }
  return absent(found);
}

function absent(found: Exclude<PidFileState, { state: 'alive' }>): GatewayFact {
  if (found.state === 'absent') return { state: 'absent' };
  return { state: found.state === 'unverifiable' ? 'unknown' : 'absent', reason: found.reason };
}

async function lookAt(origin: string, token: Secret | undefined): Promise<GatewayFact> {
  const [ready, sessions] = await Promise.all([
    httpJson(`${origin}/ready`),
    // Under the channel's own gate, and opens no connection of the channel.
    token === undefined ? undefined : httpJson(`${origin}${PicoPath.sessions}?limit=1`, { token }),
  ]);
  if (!ready.answered) return { state: 'absent', reason: `nothing answers at ${origin} (${ready.code})` };
  return {
    ...{ state: 'running', origin, isReady: ready.status === 200 },
    takesToken: sessions?.answered === true ? verdict(sessions.status) : 'unknown',
  };
}

/** Another implementation has no sessions to list. */
function verdict(status: number): 'yes' | 'no' | 'unknown' {
  if (status === 401) return 'no';
  return status === 200 ? 'yes' : 'unknown';
}
