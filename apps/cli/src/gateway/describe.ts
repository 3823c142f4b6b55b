import { connectHost, type PidFileState } from '@picoclaw/pid';

/** The state of a gateway, for people and for programs. */
export interface DescribedState {
  readonly isRunning: boolean;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Puts what a pid file says into words. */
export function describeState(found: PidFileState, pidFile: string): DescribedState {
  if (found.state === 'absent') {
    return { isRunning: false, text: 'The gateway is not running.', json: { state: 'not_running' } };
  }
  if (found.state === 'invalid') {
    const text = `The gateway is not running; ${pidFile} is no pid file: ${found.reason}.`;
    return { isRunning: false, text, json: { state: 'not_running', pid_file_problem: found.reason } };
  }
  const { pid, version, startedAt } = found.record;
  const address = addressOf(found.record);
  if (found.state === 'alive') {
    const since = startedAt === undefined ? '' : `, since ${startedAt}`;
    return {
      isRunning: true,
      text: `The gateway runs at ${address}, pid ${pid}, version ${version}${since}.`,
      json: { state: 'running', pid, version, address, ...(startedAt !== undefined && { started_at: startedAt }) },
    };
  }
  const text =
    found.state === 'stale'
      ? `The gateway is not running; its pid file is left over: ${found.reason}.`
      : `It cannot be told whether the gateway of pid ${pid} runs: ${found.reason}.`;
  const state = found.state === 'stale' ? 'not_running' : 'unknown';
  return { isRunning: false, text, json: { state, pid_file_problem: found.reason } };
}

/** `host:port` as one connects to it. */
export function addressOf(record: { readonly host: string; readonly port: number }): string {
  const host = connectHost(record);
  return `${host.includes(':') ? `[${host}]` : host}:${record.port}`;
}
