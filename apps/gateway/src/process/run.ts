import { ConfigError, type Environment, type Paths, readEnvironment, resolvePaths } from '@picoclaw/config';
import type { Log } from '@picoclaw/log';
import type { SettingsSources } from '../load-settings.ts';
import { configReason } from '../load-settings.ts';
import { createLogs } from '../logs/logs.ts';
import type { CommandLine } from './command-line.ts';
import { ExitCode } from './exit-code.ts';
import { createHotReload } from './hot-reload.ts';
import { type IpcEnd, type LauncherReport, receiveStart, report, type StartMessage } from './launcher-link.ts';
import { type StartedGateway, startGateway } from './start.ts';
import { stopGateway } from './stop.ts';

/** The process as this module needs it. */
export type HostProcess = NodeJS.Process & IpcEnd;

/** Runs one gateway from start to stop; answers with the exit code, after at most one line on stderr. */
export async function runGateway(commandLine: CommandLine, host: HostProcess): Promise<ExitCode> {
  const fail = async (exitCode: ExitCode, reason: string) => {
    host.stderr.write(`${reason}\n`);
    if (commandLine.managed) await report(host, { kind: 'failed', reason });
    return exitCode;
  };
  const received = commandLine.managed ? await receiveStart(host) : { ok: true as const, start: BY_HAND };
  if (!received.ok) return fail(ExitCode.failed, received.reason);
  const sources = findSources(commandLine, received.start);
  if (!sources.ok) return fail(ExitCode.operator, sources.reason);

  const logs = createLogs({ managed: commandLine.managed, directory: sources.paths.logsDirectory });
  if (commandLine.managed && received.start.keepAlive) host.once('disconnect', logs.takeOver);
  const stopRequested = untilStopped(host, commandLine.managed && !received.start.keepAlive);
  try {
    const started = await startGateway(sources, logs.logger);
    // A launcher tries again in a while; by hand, and as a service, it is for a person to see who has the port.
    if (!started.ok)
      return await fail(commandLine.managed && started.mayPass ? ExitCode.failed : started.exitCode, started.reason);
    await serve(started, sources, host, stopRequested, logs);
    return ExitCode.stopped;
  } finally {
    await logs.close();
  }
}

const BY_HAND: StartMessage = { kind: 'start', secrets: {}, keepAlive: true };

type Sources = ({ readonly ok: true } & SettingsSources) | { readonly ok: false; readonly reason: string };

function findSources(commandLine: CommandLine, { secrets }: StartMessage): Sources {
  let environment: Environment;
  let paths: Paths;
  try {
    environment = readEnvironment({ extra: secrets });
    paths = resolvePaths({ configFile: commandLine.configFile }, environment);
  } catch (error) {
    if (error instanceof ConfigError) return { ok: false, reason: configReason(error) };
    throw error;
  }
  const flags = {
    'gateway.host': commandLine.host,
    'gateway.port': commandLine.port,
    'gateway.log_level': commandLine.debug ? 'debug' : undefined,
  };
  return { ok: true, paths, environment, flags };
}

/** Why the process is to stop: a signal, or a launcher that is gone, even by kill -9. */
function untilStopped(host: HostProcess, diesWithLauncher: boolean): Promise<string> {
  return new Promise((resolve) => {
    // Kept for good: a terminal's Ctrl-C reaches launcher and gateway, and then the launcher's own signal follows.
    host.on('SIGTERM', () => resolve('SIGTERM'));
    host.on('SIGINT', () => resolve('SIGINT'));
    // A reload asked for while starting is answered by the start itself; without a listener it would end the process.
    host.on('SIGHUP', () => undefined);
    if (!diesWithLauncher) return;
    if (!host.connected) resolve('launcher gone');
    host.once('disconnect', () => resolve('launcher gone'));
  });
}

async function serve(
  started: StartedGateway,
  { paths }: SettingsSources,
  host: HostProcess,
  stopRequested: Promise<string>,
  { logger: log }: Log,
): Promise<void> {
  const { app, parts, claim } = started;
  const hotReload = createHotReload({ files: [paths.configFile, paths.securityFile], onChange: () => reload(), log });
  const reload = () => {
    void parts.reloader.reload();
  };
  // Whoever asked for the reload, `POST /reload` too.
  parts.settings.onReplaced((settings) => hotReload.setEnabled(settings.hotReload));
  host.on('SIGHUP', reload);
  hotReload.setEnabled(parts.settings.current.hotReload);

  if (host.connected) parts.handed.listen(host, app.server);
  const { host: address, port } = claim.record;
  const { version, instanceId } = parts.identity;
  log.info({ host: address, port, pid: host.pid, version, instanceId, code: 'ready' }, 'gateway is ready');
  await report(host, { kind: 'ready', host: address, port } satisfies LauncherReport);

  log.info({ reason: await stopRequested, code: 'stopping' }, 'gateway is stopping');
  hotReload.close();
  await stopGateway(started);
  log.info({ code: 'stopped' }, 'gateway has stopped');
}
