import { composeToken, type Secret } from '@picoclaw/auth';
import { createHubClient, type HubClient } from '@picoclaw/client';
import { ConfigError, loadGatewayConfig, resolveChannelToken } from '@picoclaw/config';
import { gatewayOrigin, type PidFileState, type PidRecord, readPidFile, takesComposedToken } from '@picoclaw/pid';
import { WebSocket } from 'ws';
import type { CliContext } from '../context.ts';
import { findOwnLauncher, launcherUrl, lookAtLauncher, type OwnLauncher } from '../facts/launcher.ts';
import { addressOf } from '../gateway/describe.ts';
import type { Facts, GatewayView, LauncherView } from './facts.ts';
import { parseGatewayStatus } from './gateway-status.ts';

/** Where a chat goes: through the launcher, or to the gateway itself. */
export interface ChatTarget {
  readonly origin: string;
  readonly token: Secret;
}

/** Keeps looking at launcher and gateway. */
export interface GatewayWatch {
  /** Looks now: something has been changed. */
  look(): void;
  close(): void;
}

interface WatchOptions {
  readonly context: CliContext;
  readonly onFacts: (facts: Facts) => void;
  /** Undefined while there is nobody to talk to. */
  readonly onTarget: (target: ChatTarget | undefined) => void;
  readonly everyMs?: number;
}

const LOOK_MS = 1_000;
const STATUS_CHANNEL = 'gateway:status';

/** The launcher tells what changes, while one runs; otherwise the pid file is looked at. */
export function watchGateway({ context, onFacts, onTarget, everyMs = LOOK_MS }: WatchOptions): GatewayWatch {
  const { paths } = context;
  let hub: HubClient | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let isLooking = false;

  const tell = (facts: Facts, target: ChatTarget | undefined) => {
    if (isClosed) return;
    onFacts(facts);
    onTarget(target);
  };
  const follow = (launcher: OwnLauncher) => {
    const target = { origin: launcher.url, token: launcher.token };
    const seen: LauncherView = { state: 'running', url: launcher.url };
    const url = `${launcher.url.replace(/^http/, 'ws')}/api/events`;
    const events = createHubClient({ url, token: launcher.token, tokenIn: 'header', webSocket: WebSocket });
    hub = events;
    events.subscribe(STATUS_CHANNEL, (publication) => {
      const gateway = publication.type === 'event' ? parseGatewayStatus(publication.data) : undefined;
      if (gateway !== undefined) tell({ launcher: seen, gateway }, target);
    });
    events.on('status', ({ state }) => {
      if (state !== 'disconnected' && state !== 'closed') return;
      // It may not come back, or with another token or at another address: looked for anew.
      if (hub === events) hub = undefined;
      events.close();
      later(0);
    });
  };
  const look = async () => {
    if (isLooking || isClosed || hub !== undefined) return;
    isLooking = true;
    try {
      const launcher = await findOwnLauncher(context);
      if (isClosed) return;
      if (launcher !== undefined) return follow(launcher);
      const found = await readPidFile(paths.pidFile);
      tell({ launcher: await otherLauncher(context), gateway: viewOf(found, context) }, directTarget(found, context));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      tell({ launcher: { state: 'unknown' }, gateway: { state: 'error', note: error.message } }, undefined);
    } finally {
      isLooking = false;
      later(everyMs);
    }
  };
  const later = (waitMs: number) => {
    clearTimeout(timer);
    if (!isClosed) timer = setTimeout(() => void look(), waitMs);
  };
  later(0);
  return {
    look: () => later(0),
    close() {
      isClosed = true;
      clearTimeout(timer);
      hub?.close();
    },
  };
}

/** A launcher that runs but is not ours to give orders to. */
async function otherLauncher({ paths, environment }: CliContext): Promise<LauncherView> {
  const fact = await lookAtLauncher(launcherUrl(paths, environment), undefined);
  if (fact.state !== 'running') return { state: 'absent' };
  return { state: 'refuses', reason: `the one at ${fact.url} does not take the launcher token of this home` };
}

function directTarget(found: PidFileState, { paths, environment }: CliContext): ChatTarget | undefined {
  if (found.state !== 'alive') return undefined;
  const { value } = resolveChannelToken(paths, environment);
  return value && { origin: gatewayOrigin(found.record), token: presented(value, found.record) };
}

/** As the launcher presents it: with `pid_token_override` the channel token alone opens nothing. */
const presented = (token: Secret, record: PidRecord): Secret =>
  takesComposedToken(record) ? composeToken(record.token, token) : token;

function viewOf(found: PidFileState, { paths, environment }: CliContext): GatewayView {
  const model = loadGatewayConfig(paths, environment).agents.defaults.model_name;
  const named = model === undefined ? {} : { model };
  if (found.state === 'absent') return { state: 'stopped', ...named };
  if (found.state !== 'alive')
    return { state: 'stopped', note: `The pid file is left over: ${found.reason}.`, ...named };
  const { pid, version, startedAt } = found.record;
  return {
    ...{ state: 'running', address: addressOf(found.record), pid, version, ...named },
    ...(startedAt !== undefined && { startedAt: Date.parse(startedAt) }),
  };
}
