/** How the process ends (docs/cli.md); 78: the operator must act. 75 and 78 are EX_TEMPFAIL and EX_CONFIG of sysexits(3). */
export const ExitCode = { stopped: 0, failed: 1, usage: 2, alreadyRunning: 75, operator: 78 } as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Why the gateway did not start: the line for stderr and how the process ends. */
export interface StartFailure {
  readonly ok: false;
  readonly exitCode: ExitCode;
  readonly reason: string;
  /** What stands in the way may go by itself. */
  readonly mayPass?: boolean;
}
