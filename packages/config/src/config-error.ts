/** What went wrong, stable for code to match on. */
export type ConfigErrorCode =
  | 'config_invalid'
  | 'config_unreadable'
  | 'config_unwritable'
  | 'config_locked'
  | 'config_conflict'
  | 'random_unavailable';

/** One thing that is wrong: where, and what is allowed there. Never holds the value itself, it may be a secret. */
export interface ConfigProblem {
  /** The file, or `environment` or `command line`. */
  readonly file: string;
  /** The path inside the file (`gateway.port`), the variable or the flag; empty when the whole file is meant. */
  readonly path: string;
  readonly message: string;
}

/** Configuration that cannot be used; carries every problem found, not only the first. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code: ConfigErrorCode;
  readonly problems: readonly ConfigProblem[];

  constructor(code: ConfigErrorCode, problems: readonly ConfigProblem[], cause?: unknown) {
    super(problems.map(problemLine).join('\n'), { cause });
    this.code = code;
    this.problems = problems;
  }
}

/** One problem as one line of text. */
export function problemLine({ file, path, message }: ConfigProblem): string {
  return [file, path, message].filter((part) => part !== '').join(': ');
}

/** Throws one `config_invalid` error when there is any problem. */
export function throwProblems(problems: readonly ConfigProblem[]): void {
  if (problems.length > 0) throw new ConfigError('config_invalid', problems);
}

/** The kind of a value in the words a message uses; never the value. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return value === '' ? 'empty string' : typeof value;
}
