import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Secret } from '@picoclaw/auth';
import {
  ConfigError,
  decodeSessionKey,
  type Environment,
  ensureHome,
  ensurePicoChannel,
  findLauncherToken,
  type LauncherConfig,
  loadLauncherConfig,
  type Paths,
  PICOCLAW_VERSION,
  readEnvironment,
  resolveLauncherToken,
  resolvePaths,
  rotateChannelToken,
  trustedGatewayHosts,
} from '@picoclaw/config';
import { createRedisBackplane, parseRedisAddress, RedisOptionsError } from '@picoclaw/hub';
import { createLog, type Log } from '@picoclaw/log';
import { createPidReader, stopGateway } from '@picoclaw/pid';
import { ListenError } from '@picoclaw/server';
import { createLauncherToken } from './access/launcher-token.ts';
import { persistToken } from './access/persist-token.ts';
import { announcement, localOrigin } from './announce.ts';
import { buildLauncher } from './app.ts';
import type { Cluster } from './cluster/cluster.ts';
import { createLauncherEvents } from './events/launcher-events.ts';
import type { LauncherFlags } from './flags.ts';
import { createChannelReader } from './gateway/channel.ts';
import { createExternalGateway } from './gateway/external-gateway.ts';
import { createGatewayFinder } from './gateway/find-gateway.ts';
import { createStatusReader } from './gateway/gateway-status.ts';
import { inspectOwnOnce } from './gateway/inspect-own.ts';
import { createLeftHolders } from './gateway/left-holders.ts';
import { createGatewayLog } from './gateway/logs.ts';
import { prepareGateway } from './gateway/program.ts';
import { createSupervisor, type Supervisor } from './gateway/supervise.ts';
import { createTokenSync } from './gateway/token-sync.ts';
import { createModels } from './models.ts';
import { openBrowser } from './open-browser.ts';
import { loadDashboard } from './routes/dashboard.ts';
import { createGatewaySettings, createLauncherSettings } from './settings.ts';
import type { Tls } from './tls/create-tls.ts';

/** The operator must act (sysexits.h EX_CONFIG). */
const EXIT_CONFIGURATION = 78;
/** The start-up block waits this long for the gateway, so that it can say how that went. */
const ANNOUNCE_WITHIN_MS = 2_000;

const TERMINATIONS = ['SIGINT', 'SIGTERM'] as const;

/** Everything that is fixed before the first request. */
interface Context {
  readonly flags: LauncherFlags;
  readonly environment: Environment;
  readonly paths: Paths;
  readonly config: LauncherConfig;
  readonly log: Log;
}

/** Runs the launcher until a signal ends it; what hinders its start ends the process with one line. */
export async function runLauncher(flags: LauncherFlags): Promise<void> {
  await begin(flags).catch(fail);
}

async function begin(flags: LauncherFlags): Promise<void> {
  const environment = readEnvironment();
  const paths = resolvePaths({ configFile: flags.configFile }, environment);
  const config = loadLauncherConfig(paths, environment, optionFlags(flags));
  await ensureHome(paths);
  const level = flags.debug ? 'debug' : (environment.logLevel ?? 'info');
  const consoleLevel = flags.debug ? 'debug' : flags.console ? 'info' : 'warn';
  const log = createLog({
    level,
    file: { folder: paths.logsDirectory, name: 'launcher.log' },
    console: { level: consoleLevel, format: 'text', stream: process.stderr },
  });
  for (const warning of environment.warnings) log.logger.warn({ code: 'unknown_variable' }, warning);
  await serve({ flags, environment, paths, config, log });
}

const optionFlags = ({ port, host, public: isPublic }: LauncherFlags) => ({ port, host, public: isPublic });

async function serve(context: Context): Promise<void> {
  const { flags, environment, paths, config, log } = context;
  const resolved = await resolveLauncherToken(paths, environment);
  const launcherToken = createLauncherToken({
    ...resolved,
    find: () => findLauncherToken(paths, environment),
    persist: (token, expected) => persistToken({ paths, environment, logger: log.logger }, token, expected),
  });
  log.logger.info({ code: 'launcher_token', source: resolved.source, from: resolved.from }, 'launcher token resolved');
  const tls = await loadTls(context);
  const { supervisor, startForbidden, ...parts } = await createParts(context);
  const app = await buildLauncher({
    ...{ launcherToken, supervisor, startForbidden, tls, ...parts },
    logger: log.logger,
    version: PICOCLAW_VERSION,
    basePath: config.base_path,
    allowedHosts: config.allowed_hosts,
    allowedCidrs: config.allowed_cidrs,
    trustedProxyCidrs: config.trusted_proxy_cidrs,
    allowLocalhostBypass: config.allow_localhost_bypass,
    loginAttemptsPerMinute: config.login_attempts_per_minute,
    launcherConfigFile: paths.launcherConfigFile,
    sessionKey: environment.sessionKey === undefined ? randomBytes(32) : decodeSessionKey(environment.sessionKey),
  });
  await app.bind({ addresses: config.bindHosts, port: config.port, prepare: tls?.secure });
  const endOn = reloadOnHangup(tls) ? TERMINATIONS : ([...TERMINATIONS, 'SIGHUP'] as const);
  endOnSignals(
    endOn,
    async () => {
      parts.tokenSync.close();
      await Promise.all([app.close(), supervisor.close()]);
      await log.close();
    },
    log,
  );

  const origin = localOrigin(config, tls?.names);
  if (startForbidden === undefined) await settledWithin(supervisor.start(), ANNOUNCE_WITHIN_MS);
  process.stdout.write(
    announcement({
      ...{ token: launcherToken, tokenFrom: resolved.from, paths, version: PICOCLAW_VERSION },
      ...{ addresses: config.bindHosts, origin, basePath: config.base_path },
      gateway: await parts.readStatus(),
      isService: environment.serviceKind !== undefined,
    }),
  );
  if (flags.browser) openBrowser(`${origin}${config.base_path}`, environment);
}

/** What the routes work with besides the configuration. */
async function createParts(context: Context) {
  const { flags, environment, paths, config, log } = context;
  const { logger } = log;
  const trustedHosts = trustedGatewayHosts(environment);
  const pidReader = createPidReader(paths.pidFile, { trustedHosts });
  const channel = createChannelReader(paths, environment);
  const isExternal = flags.externalGateway === true || config.gateway_mode === 'external';
  const supervisor: Supervisor = createSupervisor({
    pidReader,
    logger,
    prepare: async () => {
      const { keepGateway = false, debug = false } = flags;
      const prepared = await prepareGateway({ paths, environment, keepGateway, debug });
      await tokenSync.startsNow();
      return prepared;
    },
    stopAttached: (record, graceMs) => stopGateway(record, graceMs),
    log: createGatewayLog({
      folder: paths.logsDirectory,
      onError: (error) => logger.warn({ code: 'gateway_log', err: error }, 'gateway.log cannot be written'),
    }),
    keepGateway: flags.keepGateway === true,
  });
  const linkTo = (pid: number) => supervisor.linkTo(pid);
  const external =
    isExternal && config.gateway_url !== undefined ? createExternalGateway(config.gateway_url) : undefined;
  const startForbidden = isExternal ? 'The gateway is run by somebody else (gateway_mode is external).' : undefined;
  const readStatus = createStatusReader({ supervisor, channel, external, startForbidden });
  const events = createLauncherEvents({ supervisor, readStatus, logger, backplane: createBackplane(context) });
  const tokenSync = createTokenSync({
    ...{ channel, supervisor, logger },
    onApplied: () => events.notice({ code: 'channel_token_rotated', message: 'The channel token was changed.' }),
  });
  return {
    ...{ supervisor, channel, startForbidden, readStatus, events, tokenSync },
    findGateway: createGatewayFinder({
      pidReader: createPidReader(paths.pidFile, { trustedHosts, inspect: inspectOwnOnce(linkTo) }),
      ...{ channel, external, linkTo },
    }),
    leftHolders: createLeftHolders({ pidReader, logger, isOwn: (pid) => linkTo(pid) !== undefined }),
    rotateChannelToken: async (): Promise<Secret | string> => {
      const rotation = await rotateChannelToken(paths, environment);
      return rotation.ok ? rotation.token : rotation.from;
    },
    enableChannel: async () => {
      await ensurePicoChannel(paths, environment);
    },
    models: createModels(paths, environment),
    settings: createLauncherSettings(paths, environment, { flags: optionFlags(flags), running: config }),
    gatewaySettings: createGatewaySettings(paths, environment),
    cluster: await loadCluster(context),
    dashboard: loadDashboard(fileURLToPath(new URL('dashboard', import.meta.url)), config.base_path),
  };
}

function createBackplane({ config: { cluster, sources }, log }: Context) {
  if (cluster.redis_url === undefined) return undefined;
  try {
    return createRedisBackplane({ url: cluster.redis_url, logger: log.logger });
  } catch (error) {
    if (!(error instanceof RedisOptionsError)) throw error;
    const path = 'cluster.redis_url';
    throw new ConfigError('config_invalid', [{ file: sources[path]?.from ?? '', path, message: error.message }], error);
  }
}

/** Loads what TLS takes only where it is wanted. Throws `ConfigError`. */
async function loadTls({ config, log }: Context): Promise<Tls | undefined> {
  if (config.tls.cert === undefined) return undefined;
  const { createTlsOf } = await import('./tls/create-tls.ts');
  return createTlsOf(config, log.logger);
}

/** SIGHUP is for the certificate, unless it tells that the terminal is gone. */
function reloadOnHangup(tls: Tls | undefined): boolean {
  if (tls === undefined || process.stdin.isTTY || process.stdout.isTTY) return false;
  process.on('SIGHUP', tls.reload);
  return true;
}

/** After `createBackplane`, which has judged the address. */
async function loadCluster({ config: { cluster }, log }: Context): Promise<Cluster | undefined> {
  const { redis_url: url } = cluster;
  if (url === undefined) return undefined;
  const { createCluster } = await import('./cluster/cluster.ts');
  return createCluster({ address: () => parseRedisAddress(url.reveal()), logger: log.logger });
}

async function settledWithin(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}

/** Ends in order on the first signal. A terminal's Ctrl-C may arrive twice, by npm and by itself: the second changes nothing. */
function endOnSignals(signals: readonly NodeJS.Signals[], close: () => Promise<void>, log: Log): void {
  let ending = false;
  const end = (signal: NodeJS.Signals) => {
    if (ending) return;
    ending = true;
    log.logger.info({ code: 'stopping', signal }, 'stopping');
    close().then(
      () => process.exit(0),
      (error) => {
        process.stderr.write(`error while stopping: ${error instanceof Error ? error.message : error}\n`);
        process.exit(1);
      },
    );
  };
  for (const signal of signals) process.on(signal, end);
}

/** One line that says cause and remedy; a stack only for what should not happen. */
function fail(error: unknown): never {
  if (error instanceof ConfigError || error instanceof ListenError) {
    process.stderr.write(`error: ${error.message}\n`);
    process.exit(EXIT_CONFIGURATION);
  }
  process.stderr.write(`error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
}
