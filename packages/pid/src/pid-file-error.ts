/** `pid_file_symlink | pid_file_foreign_owner | pid_file_not_regular | pid_file_busy | pid_file_io`. */
export type PidFileErrorCode =
  | 'pid_file_symlink'
  | 'pid_file_foreign_owner'
  | 'pid_file_not_regular'
  | 'pid_file_busy'
  | 'pid_file_io';

/** A fault around the pid file that a person has to look at; the message names the path, `cause` the system's error. */
export class PidFileError extends Error {
  override readonly name = 'PidFileError';
  readonly code: PidFileErrorCode;
  readonly path: string;

  constructor(code: PidFileErrorCode, path: string, problem: string, options?: ErrorOptions) {
    super(`${path}: ${problem}`, options);
    this.code = code;
    this.path = path;
  }
}

/** The system's code of an error (`ENOENT`), or `undefined` when it is none. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Runs `work`, turning a system error into a `PidFileError` that names the path. */
export function naming<T>(path: string, doing: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof PidFileError) throw cause;
    throw new PidFileError('pid_file_io', path, `${doing} failed: ${reasonOf(cause)}`, { cause });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
};

function reasonOf(cause: unknown): string {
  const code = systemCode(cause);
  return REASONS[code ?? ''] ?? code ?? 'unknown';
}
