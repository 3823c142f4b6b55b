import { join } from 'node:path';
import { ConfigError, ensurePicoChannel, PICOCLAW_VERSION, problemLine } from '@picoclaw/config';
import {
  claimPidFile,
  currentProcess,
  describeGateway,
  type PidClaim,
  PidFileError,
  type PidRecord,
} from '@picoclaw/pid';
import { ListenError } from '@picoclaw/server';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { buildGateway, type GatewayParts } from '../app.ts';
import { createSharing, redisUrlProblem } from '../cluster/sharing.ts';
import { createIdentity } from '../identity.ts';
import { type LoadedSettings, loadSettings, type SettingsSources } from '../load-settings.ts';
import { ExitCode, type StartFailure } from './exit-code.ts';
import { createParts, type Share } from './parts.ts';
import { findRunningGateway } from './running-gateway.ts';
import { bindUnixSocket, removeLeftSockets } from './unix-socket.ts';

/** A gateway that is bound, claimed and ready. */
export interface StartedGateway {
  readonly ok: true;
  readonly app: FastifyInstance;
  readonly parts: GatewayParts;
  readonly claim: PidClaim;
}

type Loaded = Extract<LoadedSettings, { ok: true }>;

/** Configuration → bind → claim the pid file → ready. What fails leaves nothing behind. */
export async function startGateway(sources: SettingsSources, log: Logger): Promise<StartedGateway | StartFailure> {
  const loaded = await loadForStart(sources);
  if (!loaded.ok) return failure(ExitCode.operator, loaded.reason);
  log.level = loaded.settings.logLevel;
  for (const warning of [...sources.environment.warnings, ...loaded.warnings]) log.warn({ code: 'config' }, warning);

  const share = sharingOf(loaded, sources, log);
  if (!share.ok) return share;
  const parts = createParts(sources, loaded, createIdentity(PICOCLAW_VERSION), log, share.share);
  const app = await buildGateway(parts);
  const bound = await bind(app, loaded, sources);
  if (!bound.ok) return bound;
  const { home } = sources.paths;
  const socketPath = await bindUnixSocket(app, { home, instanceId: parts.identity.instanceId, log });
  const claimed = await claim(sources, recordOf(parts, sources, { ...bound, socketPath }));
  if (!claimed.ok) {
    await app.close();
    return claimed;
  }
  await removeLeftSockets(home, socketPath);
  await startSharing(parts);
  parts.readiness.phase = 'ready';
  parts.picoClients.follow(loaded.settings.picoClient);
  // From now on this process alone writes into the home.
  void answerWhatWaits(parts);
  void parts.media.sweep();
  return { ok: true, app, parts, claim: claimed.claim };
}

/** What talks to Redis is loaded with the first connection: it costs nothing where none is wanted. */
function sharingOf({ redis }: Loaded, { paths }: SettingsSources, log: Logger) {
  if (redis === undefined) return { ok: true, share: undefined } as const;
  const message = redisUrlProblem(redis.url);
  const path = 'cluster.redis_url';
  if (message !== undefined) return failure(ExitCode.operator, problemLine({ file: redis.from, path, message }));
  const folder = join(paths.sessionsDirectory, 'cluster');
  const share: Share = (files) => createSharing({ url: redis.url, files, folder, log });
  return { ok: true, share } as const;
}

/** Before the first socket, and after the home is this process's alone. */
async function startSharing({ sharing, channel }: GatewayParts): Promise<void> {
  await sharing?.start({
    onUnanswered: (sessionIds) => void channel.recover(sessionIds),
    onDeleted: (sessionId) => channel.endSession(sessionId),
  });
}

async function answerWhatWaits({ channel, history, log }: GatewayParts): Promise<void> {
  try {
    const unanswered = await history.unanswered();
    if (unanswered.length > 0) log.info({ code: 'unanswered', sessions: unanswered.length }, 'answering what waits');
    await channel.recover(unanswered);
  } catch (error) {
    log.error({ code: 'history_unreadable', err: error }, 'the sessions cannot be read');
  }
}

const failure = (exitCode: StartFailure['exitCode'], reason: string): StartFailure => ({ ok: false, exitCode, reason });

/** An enabled channel needs a token: where none is written anywhere one is made, as the launcher does (tokens.md). */
async function loadForStart(sources: SettingsSources): Promise<LoadedSettings> {
  const loaded = loadSettings(sources);
  if (!loaded.ok || !loaded.settings.channel.enabled || loaded.settings.channel.token !== undefined) return loaded;
  try {
    await ensurePicoChannel(sources.paths, sources.environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { ok: false, reason: `no channel token is configured and none can be stored: ${error.message}` };
  }
  return loadSettings(sources);
}

interface Bound {
  readonly ok: true;
  readonly host: string;
  readonly port: number;
}

async function bind(app: FastifyInstance, { bind }: Loaded, sources: SettingsSources): Promise<Bound | StartFailure> {
  try {
    const [first] = await app.bind(bind);
    if (first === undefined) return failure(ExitCode.failed, 'no address of gateway.host exists on this machine');
    return { ok: true, host: first.address, port: first.port };
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    if (error.code !== 'EADDRINUSE') return failure(ExitCode.operator, error.message);
    const { pidFile } = sources.paths;
    const address = { host: bind.addresses[0]?.host ?? '', port: bind.port };
    const running = await findRunningGateway({ pidFile, ...address, trustedHosts: trustedHosts(sources) });
    if (running === undefined) return { ...failure(ExitCode.operator, error.message), mayPass: true };
    return failure(ExitCode.alreadyRunning, `gateway is already running (${describeGateway(running)})`);
  }
}

interface Listening extends Bound {
  readonly socketPath: string | undefined;
}

function recordOf(
  { identity }: GatewayParts,
  { environment }: SettingsSources,
  { host, port, socketPath }: Listening,
): PidRecord {
  return {
    ...currentProcess(),
    token: identity.pidToken,
    version: identity.version,
    host: environment.gatewayAdvertiseHost ?? host,
    port,
    startedAt: new Date(identity.startedAt).toISOString(),
    instanceId: identity.instanceId,
    capabilities: ['composed-token'],
    ...(socketPath !== undefined && { socketPath }),
  };
}

async function claim(sources: SettingsSources, record: PidRecord) {
  try {
    const result = await claimPidFile(sources.paths.pidFile, record, { trustedHosts: trustedHosts(sources) });
    return result.ok ? result : failure(ExitCode.alreadyRunning, result.explanation);
  } catch (error) {
    if (error instanceof PidFileError) {
      return failure(error.code === 'pid_file_busy' ? ExitCode.failed : ExitCode.operator, error.message);
    }
    throw error;
  }
}

function trustedHosts({ environment }: SettingsSources): string[] {
  return [environment.gatewayAdvertiseHost ?? []].flat();
}
