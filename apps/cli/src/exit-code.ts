/** How every command ends (cli-service.md); the numbers above 63 are those of sysexits.h. */
export const ExitCode = {
  ok: 0,
  /** It did not work, or there are findings. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  notRunning: 3,
  unauthorized: 4,
  alreadyRunning: 75,
  /** The operator must act: configuration, port, permissions. */
  operator: 78,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
