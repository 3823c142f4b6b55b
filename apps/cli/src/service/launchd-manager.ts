import { join } from 'node:path';
import type { Environment, ServiceKind } from '@picoclaw/config';
import { processStartTime } from '@picoclaw/pid';
import { renderLaunchAgent } from './launchd-plist.ts';
import type { Outcome, ServiceManager, ServiceState } from './manager.ts';
import { launchAgentsFolder } from './places.ts';
import type { ProgramResult, RunProgram } from './run-program.ts';

interface LaunchdOptions {
  readonly run: RunProgram;
  readonly uid?: number;
}

/** launchd of the user, by `launchctl`. A service that is stopped is unloaded: as long as it is loaded, launchd may start it. */
export function createLaunchdManager(
  environment: Pick<Environment, 'userHome'>,
  { run, uid = process.getuid?.() ?? 0 }: LaunchdOptions,
): ServiceManager {
  const domain = `gui/${uid}`;
  const unitName = (kind: ServiceKind) => `io.picoclaw.${kind}`;
  const target = (kind: ServiceKind) => `${domain}/${unitName(kind)}`;
  const unitFile = (kind: ServiceKind) => join(launchAgentsFolder(environment), `${unitName(kind)}.plist`);
  const launchctl = (...args: string[]) => run('launchctl', args);
  /** What launchd says of our agent; one of the same label from elsewhere belongs to another home. */
  const printed = async (kind: ServiceKind): Promise<string | undefined> => {
    const asked = await launchctl('print', target(kind));
    const path = /^\s*path = (.*)$/m.exec(asked.stdout)?.[1];
    return asked.code === 0 && (path === undefined || path === unitFile(kind)) ? asked.stdout : undefined;
  };
  const isLoaded = async (kind: ServiceKind) => (await printed(kind)) !== undefined;
  const stop = async (kind: ServiceKind): Promise<Outcome> =>
    (await isLoaded(kind)) ? outcomeOf(await launchctl('bootout', target(kind))) : { ok: true };
  const start = async (kind: ServiceKind): Promise<Outcome> => {
    if (await isLoaded(kind)) return outcomeOf(await launchctl('kickstart', target(kind)));
    await launchctl('enable', target(kind));
    return outcomeOf(await launchctl('bootstrap', domain, unitFile(kind)));
  };
  return {
    name: 'launchd',
    title: 'launchd agent',
    unitName,
    unitFile,
    render: (plan) => renderLaunchAgent(unitName(plan.kind), plan),
    async isAvailable() {
      const asked = await launchctl('print', domain);
      if (asked.code === 0) return { ok: true };
      return { ok: false, reason: `launchd has no session of this user (${asked.complaint})` };
    },
    // `RunAtLoad` in the agent itself.
    enable: async () => undefined,
    reload: async () => ({ ok: true }),
    start,
    stop,
    async restart(kind) {
      const stopped = await stop(kind);
      return stopped.ok ? start(kind) : stopped;
    },
    async state(kind) {
      const text = await printed(kind);
      return text === undefined ? { state: 'stopped' } : stateOf(text);
    },
    unload: stop,
    logCommand: (kind) =>
      `log show --last 1h --predicate 'process == "launchd" AND eventMessage CONTAINS "${unitName(kind)}"'`,
  };
}

function outcomeOf({ code, complaint }: ProgramResult): Outcome {
  return code === 0 ? { ok: true } : { ok: false, reason: complaint };
}

/** The text of `launchctl print`: `state = running`, `pid = 123`, `last exit code = 78: EX_CONFIG`. */
function stateOf(printed: string): ServiceState {
  const value = (name: string) => new RegExp(`^\\s*${name} = (.*)$`, 'm').exec(printed)?.[1];
  const pid = Number(value('pid'));
  if (pid > 0) return { state: 'running', pid, since: sinceOf(pid) };
  const exitCode = Number.parseInt(value('last exit code') ?? '', 10);
  return exitCode > 0 ? { state: 'failed', exitCode, since: undefined } : { state: 'stopped' };
}

function sinceOf(pid: number): string | undefined {
  const started = Date.parse(`${processStartTime(pid)} UTC`);
  return Number.isNaN(started) ? undefined : new Date(started).toISOString();
}
