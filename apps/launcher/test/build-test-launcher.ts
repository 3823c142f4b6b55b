import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import {
  decodeSessionKey,
  ensureHome,
  ensurePicoChannel,
  findLauncherToken,
  loadLauncherConfig,
  readEnvironment,
  resolveLauncherToken,
  resolvePaths,
  rotateChannelToken,
} from '@picoclaw/config';
import { createPidReader, stopGateway } from '@picoclaw/pid';
import { type Logger, pino } from 'pino';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { createLauncherToken } from '../src/access/launcher-token.ts';
import { persistToken } from '../src/access/persist-token.ts';
import { buildLauncher, type LauncherOptions } from '../src/app.ts';
import { createLauncherEvents } from '../src/events/launcher-events.ts';
import { createChannelReader } from '../src/gateway/channel.ts';
import type { ExternalGateway } from '../src/gateway/external-gateway.ts';
import { createGatewayFinder } from '../src/gateway/find-gateway.ts';
import { createStatusReader } from '../src/gateway/gateway-status.ts';
import { createGatewayLog } from '../src/gateway/logs.ts';
import type { SocketLink } from '../src/gateway/socket-link.ts';
import { createSupervisor } from '../src/gateway/supervise.ts';
import { createTokenSync } from '../src/gateway/token-sync.ts';
import { createModels } from '../src/models.ts';
import { loadDashboard } from '../src/routes/dashboard.ts';
import { createGatewaySettings, createLauncherSettings } from '../src/settings.ts';

/** The launcher token of a launcher under test that is not in its first run. */
export const TOKEN = 'correct-horse-battery';

const INDEX = `<!doctype html><html lang="en"><head><base href="/" /><title>PicoClaw</title></head><body></body></html>\n`;
const DASHBOARD: Readonly<Record<string, string>> = {
  'index.html': INDEX,
  'entrance.html': INDEX.replace('</head>', '<!-- asks for less --></head>'),
  'favicon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'assets/index-abc.js': 'export {};\n',
  'assets/index-abc.js.br': 'not really brotli',
};

interface TestLauncherOptions {
  /** launcher-config.json beside the token; `launcher_token: undefined` makes a first run. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Further files of the home by name; objects are written as JSON. */
  readonly files?: Readonly<Record<string, string | object>>;
  readonly variables?: Readonly<Record<string, string>>;
  /** A home that another launcher made, to start again in it. */
  readonly home?: string;
  readonly logger?: Logger;
  /** A gateway on another host. */
  readonly externalGateway?: ExternalGateway;
  /** The way by which a process takes sockets. */
  readonly linkTo?: (pid: number) => SocketLink | undefined;
  readonly now?: () => number;
  /** Whatever else of `buildLauncher` a test wants otherwise. */
  readonly override?: Partial<LauncherOptions>;
}

/** A launcher of real parts in a home of its own. */
export type TestLauncher = Awaited<ReturnType<typeof buildTestLauncher>>;

/** Builds a launcher as `main.ts` does, from the files of a temporary home; it does not listen yet. */
export async function buildTestLauncher(options: TestLauncherOptions = {}) {
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'picoclaw-launcher-'));
  if (options.home === undefined) writeHome(home, options);
  const environment = readEnvironment({ source: { PICOCLAW_HOME: home, ...options.variables } });
  const paths = resolvePaths({}, environment);
  await ensureHome(paths);
  const logger =
    options.logger ?? pino({ level: 'silent' }, new Writable({ write: (_chunk, _encoding, done) => done() }));
  const config = loadLauncherConfig(paths, environment);
  const resolved = await resolveLauncherToken(paths, environment);
  const launcherToken = createLauncherToken({
    ...resolved,
    find: () => findLauncherToken(paths, environment),
    persist: (token, expected) => persistToken({ paths, environment, logger }, token, expected),
  });
  const pidReader = createPidReader(paths.pidFile);
  const channel = createChannelReader(paths, environment);
  const supervisor = createSupervisor({
    pidReader,
    logger,
    stopAttached: stopGateway,
    prepare: async () => ({ ok: false, message: 'This test has no gateway program.' }),
    log: createGatewayLog({ folder: paths.logsDirectory, onError: () => {} }),
  });
  const external = options.externalGateway;
  const startForbidden = external === undefined ? undefined : 'The gateway is external.';
  const readStatus = createStatusReader({ supervisor, channel, external, startForbidden });
  const events = createLauncherEvents({ supervisor, readStatus, logger, pollMs: 50 });
  const tokenSync = createTokenSync({ channel, supervisor, logger });
  const app = await buildLauncher({
    ...{ logger, launcherToken, supervisor, channel, startForbidden, version: '0.0.0-test' },
    basePath: config.base_path,
    allowedHosts: config.allowed_hosts,
    allowedCidrs: config.allowed_cidrs,
    trustedProxyCidrs: config.trusted_proxy_cidrs,
    allowLocalhostBypass: config.allow_localhost_bypass,
    loginAttemptsPerMinute: config.login_attempts_per_minute,
    launcherConfigFile: paths.launcherConfigFile,
    sessionKey: environment.sessionKey === undefined ? randomBytes(32) : decodeSessionKey(environment.sessionKey),
    findGateway: createGatewayFinder({
      pidReader,
      channel,
      external,
      ...(options.linkTo && { linkTo: options.linkTo }),
    }),
    ...{ readStatus, events },
    tokenSync,
    rotateChannelToken: async () => {
      const rotation = await rotateChannelToken(paths, environment);
      return rotation.ok ? rotation.token : rotation.from;
    },
    enableChannel: async () => {
      await ensurePicoChannel(paths, environment);
    },
    models: createModels(paths, environment),
    settings: createLauncherSettings(paths, environment, { running: config }),
    gatewaySettings: createGatewaySettings(paths, environment),
    dashboard: loadDashboard(join(home, 'dashboard'), config.base_path),
    ...(options.now && { now: options.now }),
    ...options.override,
  });
  return {
    ...{ app, events, home, paths, environment, config, launcherToken, supervisor, pidReader, tokenSync },
    /** The launcher token as it is now. */
    token: () => launcherToken.reveal(),
    async close() {
      tokenSync.close();
      await Promise.all([app.close(), supervisor.close()]);
      pidReader.close();
      if (options.home === undefined) rmSync(home, { recursive: true, force: true });
    },
  };
}

/** `buildTestLauncher` for one test: closed and gone when it ends. */
export async function aLauncher(options: TestLauncherOptions = {}): Promise<TestLauncher> {
  const launcher = await buildTestLauncher(options);
  onTestFinished(() => launcher.close());
  return launcher;
}

/** One launcher for all tests of a file that change nothing in it; its limit on sign-ins is out of the way. */
export function sharedLauncher(options: TestLauncherOptions = {}): () => TestLauncher {
  let launcher: TestLauncher | undefined;
  beforeAll(async () => {
    launcher = await buildTestLauncher({
      ...options,
      config: { login_attempts_per_minute: 100_000, ...options.config },
    });
  });
  afterAll(() => launcher?.close());
  return () => {
    if (launcher === undefined) throw new Error('only within a test');
    return launcher;
  };
}

/** A launcher in its first run: its token is the generated one. */
export const aFreshLauncher = (options: TestLauncherOptions = {}): Promise<TestLauncher> =>
  aLauncher({ ...options, config: { launcher_token: undefined, ...options.config } });

/** Signs in and answers with the `Cookie` header to send. */
export async function signIn({ app, token, config }: TestLauncher): Promise<string> {
  const prefix = config.base_path === '/' ? '' : config.base_path;
  const reply = await app.inject({ method: 'POST', url: `${prefix}/login`, payload: { token: token() } });
  return cookieOf(reply);
}

/** The `Cookie` header that a browser sends after this reply. */
export function cookieOf(reply: { cookies: readonly { name: string; value: string }[] }): string {
  return reply.cookies.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join('; ');
}

function writeHome(home: string, { config = {}, files = {} }: TestLauncherOptions): void {
  const all: Record<string, string | object> = {
    'launcher-config.json': { launcher_token: TOKEN, ...config },
    ...Object.fromEntries(Object.entries(DASHBOARD).map(([name, text]) => [`dashboard/${name}`, text])),
    ...files,
  };
  for (const [name, content] of Object.entries(all)) {
    const path = join(home, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2), { mode: 0o600 });
  }
}
