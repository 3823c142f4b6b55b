import { execFile } from 'node:child_process';
import type { Environment } from '@picoclaw/config';

/** How a program ended; `code` is undefined when it could not be started or was killed. */
export interface ProgramResult {
  readonly code: number | undefined;
  readonly stdout: string;
  /** The last line that it complained with, or the system's reason. */
  readonly complaint: string;
}

/** Runs a program to its end. */
export type RunProgram = (program: string, args: readonly string[]) => Promise<ProgramResult>;

const TIMEOUT_MS = 60_000;
/** What a manager's client needs to reach its manager; nothing that it would hand on to the service. */
const PASSED_ON = ['PATH', 'HOME', 'USER', 'LOGNAME', 'TMPDIR', 'XDG_CONFIG_HOME', 'DBUS_SESSION_BUS_ADDRESS'];

/** Runs the client of a service manager, speaking English and with times in UTC, so that its answers can be read. */
export function createRunner(environment: Pick<Environment, 'lookup'>, getuid = process.getuid): RunProgram {
  const passed = PASSED_ON.flatMap((name) => {
    const value = environment.lookup(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  // Without a session (su, cron, ssh without PAM) the manager of the user can be there all the same.
  const runtime = environment.lookup('XDG_RUNTIME_DIR') ?? `/run/user/${getuid?.() ?? 0}`;
  const env = { ...Object.fromEntries(passed), XDG_RUNTIME_DIR: runtime, LC_ALL: 'C', TZ: 'UTC' };
  return (program, args) =>
    new Promise((resolve) => {
      execFile(program, args, { env, timeout: TIMEOUT_MS, encoding: 'utf8' }, (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        const said = stderr.trim().split('\n').at(-1) ?? '';
        resolve({
          code: typeof code === 'number' ? code : undefined,
          stdout,
          complaint: said || (code === 'ENOENT' ? `there is no ${program} here` : `${program} ended with ${code}`),
        });
      });
    });
}
