import type { Secret } from '@picoclaw/auth';
import { createHubClient, type HubClient } from '@picoclaw/client';
import { ConfigError, loadGatewayConfig, resolveChannelToken } from '@picoclaw/config';
import { channelCredential, gatewayOrigin, type PidFileState } from '@picoclaw/pid';
import { WebSocket } from 'ws';
import type { CliContext } from '../context.ts';
import { findOwnLauncher, launcherUrl, lookAtLauncher, type OwnLauncher } from '../facts/launcher.ts';
import { readHomePidFile } from '../facts/pid-file.ts';
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
  let hub: HubClient | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let isLooking = false;
  const tell = (facts: Facts, target: ChatTarget | undefined) => {
    if (isClosed) return;
    onFacts(facts);
    onTarget(target);
  };
  const later = (waitMs: number) => {
    clearTimeout(timer);
    if (!isClosed) timer = setTimeout(() => void look(), waitMs);
  };
  const look = async () => {
    if (isLooking || isClosed || hub !== undefined) return;
    isLooking = true;
    try {
      const seen = await lookOnce(context);
      if (isClosed) return;
      if (!('url' in seen)) return tell(seen.facts, seen.target);
      hub = followLauncher(seen, tell, () => {
        hub = undefined;
        later(0);
      });
    } finally {
      isLooking = false;
      later(everyMs);
    }
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

type Tell = (facts: Facts, target: ChatTarget | undefined) => void;

/** Hears what the launcher tells, until it tells nothing any more: then it may come back as another one. */
function followLauncher({ url, token }: OwnLauncher, tell: Tell, onLost: () => void): HubClient {
  const events = `${url.replace(/^http/, 'ws')}/api/events`;
  const hub = createHubClient({ url: events, token, tokenIn: 'header', webSocket: WebSocket });
  hub.subscribe(STATUS_CHANNEL, (publication) => {
    const gateway = publication.type === 'event' ? parseGatewayStatus(publication.data) : undefined;
    if (gateway === undefined) return;
    const target = gateway.state === 'running' ? { origin: url, token } : undefined;
    tell({ launcher: { state: 'running', url }, gateway }, target);
  });
  const stop = hub.on('status', ({ state }) => {
    if (state !== 'disconnected' && state !== 'closed') return;
    stop();
    hub.close();
    onLost();
  });
  return hub;
}

/** The launcher to follow, or how things are without one. */
async function lookOnce(
  context: CliContext,
): Promise<OwnLauncher | { readonly facts: Facts; readonly target: ChatTarget | undefined }> {
  try {
    const launcher = await findOwnLauncher(context);
    if (launcher !== undefined) return launcher;
    const found = await readHomePidFile(context);
    const facts = { launcher: await otherLauncher(context), gateway: viewOf(found, context) };
    return { facts, target: directTarget(found, context) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const facts: Facts = { launcher: { state: 'unknown' }, gateway: { state: 'error', note: error.message } };
    return { facts, target: undefined };
  }
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
  return value && { origin: gatewayOrigin(found.record), token: channelCredential(found.record, value) };
}

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
