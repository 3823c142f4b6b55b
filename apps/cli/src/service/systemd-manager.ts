import { lstatSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment, ServiceKind } from '@picoclaw/config';
import type { Outcome, ServiceManager, ServiceState } from './manager.ts';
import { systemdUserFolder } from './places.ts';
import type { ProgramResult, RunProgram } from './run-program.ts';
import { renderSystemdUnit } from './systemd-unit.ts';

const PROPERTIES = ['LoadState', 'ActiveState', 'SubState', 'MainPID', 'ExecMainStatus'];
const TIMES = ['ActiveEnterTimestamp', 'InactiveEnterTimestamp'];
const NO_UNIT = /not loaded|not found|does not exist/i;

/** systemd of the user, by `systemctl --user`. */
export function createSystemdManager(
  environment: Pick<Environment, 'userHome' | 'lookup'>,
  { run }: { readonly run: RunProgram },
): ServiceManager {
  const folder = systemdUserFolder(environment);
  const systemctl = (...args: string[]) => run('systemctl', ['--user', '--no-pager', ...args]);
  const unitName = (kind: ServiceKind) => `picoclaw-${kind}.service`;
  const order = async (...args: string[]) => outcomeOf(await systemctl(...args));
  const stop = async (kind: ServiceKind): Promise<Outcome> => {
    const stopped = await order('stop', unitName(kind));
    return stopped.ok || NO_UNIT.test(stopped.reason) ? { ok: true } : stopped;
  };
  return {
    name: 'systemd',
    title: 'systemd user unit',
    unitName,
    unitFile: (kind) => join(folder, unitName(kind)),
    render: renderSystemdUnit,
    async isAvailable() {
      const asked = await systemctl('show', '--property=Version,UnitPath');
      if (asked.code !== 0 || !/^Version=\d/m.test(asked.stdout)) {
        return { ok: false, reason: `systemd of the user does not answer (${asked.complaint})` };
      }
      // With another HOME than its own we would manage the services of somebody else's session.
      const looksIn = /^UnitPath=(.*)$/m.exec(asked.stdout)?.[1]?.split(' ') ?? [];
      if (looksIn.includes(folder)) return { ok: true };
      return { ok: false, reason: `systemd of the user does not look for units in ${folder}` };
    },
    async enable(kind) {
      // What `systemctl enable` does; this way also where it cannot be asked.
      const wants = join(folder, 'default.target.wants');
      const link = join(wants, unitName(kind));
      if (lstatSync(link, { throwIfNoEntry: false })) return;
      mkdirSync(wants, { recursive: true, mode: 0o700 });
      symlinkSync(join('..', unitName(kind)), link);
    },
    reload: () => order('daemon-reload'),
    async start(kind) {
      // One that failed too often is not started again before this.
      await systemctl('reset-failed', unitName(kind));
      return order('start', unitName(kind));
    },
    stop,
    async restart(kind) {
      await systemctl('reset-failed', unitName(kind));
      return order('restart', unitName(kind));
    },
    async state(kind) {
      const asked = await systemctl('show', unitName(kind), `--property=${[...PROPERTIES, ...TIMES].join(',')}`);
      return asked.code === 0 ? stateOf(asked.stdout) : { state: 'unknown', reason: asked.complaint };
    },
    async unload(kind) {
      const stopped = await stop(kind);
      await systemctl('reset-failed', unitName(kind));
      return stopped;
    },
    logCommand: (kind) => `journalctl --user --unit ${unitName(kind)}`,
  };
}

function outcomeOf({ code, complaint }: ProgramResult): Outcome {
  return code === 0 ? { ok: true } : { ok: false, reason: complaint };
}

function stateOf(shown: string): ServiceState {
  const properties = new Map(shown.split('\n').map((line) => splitAt(line.trim())));
  const status = Number(properties.get('ExecMainStatus'));
  const exitCode = Number.isInteger(status) && status > 0 ? status : undefined;
  const active = properties.get('ActiveState');
  if (active === 'failed')
    return { state: 'failed', exitCode, since: timeOf(properties.get('InactiveEnterTimestamp')) };
  if (active === 'activating' && /^auto-restart/.test(properties.get('SubState') ?? '')) {
    return { state: 'restarting', exitCode };
  }
  if (active !== 'active' && active !== 'activating' && active !== 'reloading') return { state: 'stopped' };
  const pid = Number(properties.get('MainPID'));
  const since = timeOf(properties.get('ActiveEnterTimestamp'));
  return { state: 'running', pid: pid > 0 ? pid : undefined, since };
}

function splitAt(line: string): [string, string] {
  const equals = line.indexOf('=');
  return [line.slice(0, equals), line.slice(equals + 1)];
}

/** `Sat 2026-11-21 08:34:28 UTC`; empty when it never was. */
function timeOf(text = ''): string | undefined {
  const [, day, time] = /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC/.exec(text) ?? [];
  return day && time ? `${day}T${time}Z` : undefined;
}
