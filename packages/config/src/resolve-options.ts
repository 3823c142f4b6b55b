import type { ConfigProblem } from './config-error.ts';
import { typeName } from './config-error.ts';
import type { Environment } from './env.ts';
import { type JsonValue, pathText } from './json-object.ts';
import { type Option, parseText, parseValue } from './option.ts';
import { byPrecedence, type Source } from './precedence.ts';
import { isBlankSecret, resolveSecret } from './secret-reference.ts';

/** Values given on the command line, by option key. */
export type OptionFlags = Readonly<Record<string, boolean | number | string | undefined>>;

/** Where the value of an option comes from. */
export interface Origin {
  readonly source: Source;
  /** The variable, the file or the flag. */
  readonly from?: string;
}

/** A value that was found for an option in one place. */
export interface Candidate {
  readonly source: 'flag' | 'env' | 'file';
  /** The file, or `environment` or `command line`. */
  readonly file: string;
  /** The path in the file, the variable or the flag. */
  readonly path: string;
  readonly value: unknown;
}

/** Every option with its value and where that came from. */
export interface ResolvedOptions {
  readonly values: Record<string, unknown>;
  readonly sources: Readonly<Record<string, Origin>>;
  readonly problems: readonly ConfigProblem[];
}

/** A candidate for what a file has at a path; none when that means "not set". */
export function fileCandidate(
  option: Option,
  file: string,
  path: readonly string[],
  value: JsonValue | undefined,
): Candidate[] {
  const isUnset = option.blankIsValue ? value === undefined || value === null : isBlankSecret(value);
  return isUnset ? [] : [{ source: 'file', file, path: pathText(path), value }];
}

/** A candidate for a variable of the environment, which was checked when it was read. */
export function environmentCandidate(name: string | undefined, value: unknown): Candidate[] {
  return value === undefined || name === undefined ? [] : [{ source: 'env', file: 'environment', path: name, value }];
}

/** A candidate for what the command line says. */
export function flagCandidate(option: Option, flags: OptionFlags): Candidate[] {
  const value = flags[option.key];
  return value === undefined ? [] : [{ source: 'flag', file: 'command line', path: option.key, value }];
}

/** Chooses among the candidates of every option and checks them all, so that every problem is reported at once. */
export function resolveOptions(
  options: readonly Option[],
  candidatesOf: (option: Option) => readonly Candidate[],
  environment: Environment,
): ResolvedOptions {
  const values: Record<string, unknown> = {};
  const sources: Record<string, Origin> = {};
  const problems: ConfigProblem[] = [];
  for (const option of options) {
    const checked = byPrecedence(candidatesOf(option), environment.serviceKind).map((candidate) => ({
      ...candidate,
      result: check(option, candidate, environment),
    }));
    for (const { file, path, result } of checked)
      if (!result.ok) problems.push({ file, path, message: result.message });
    const [best] = checked;
    setAt(values, option.path, best?.result.ok ? best.result.value : option.default);
    sources[option.key] = best
      ? { source: best.source, from: best.source === 'file' ? best.file : best.path }
      : { source: 'default' };
  }
  return { values, sources, problems };
}

/** Freezes a loaded configuration all the way down; secrets are left as they are. */
export function deepFreeze<T>(value: T): T {
  const isPlain = Array.isArray(value) || Object.getPrototypeOf(value ?? 0) === Object.prototype;
  if (isPlain) for (const inner of Object.values(value as object)) deepFreeze(inner);
  return isPlain ? Object.freeze(value) : value;
}

function check(option: Option, { source, file, value }: Candidate, environment: Environment) {
  if (source === 'env') return { ok: true, value } as const;
  if (!option.secret)
    return source === 'flag' && typeof value === 'string' ? parseText(option, value) : parseValue(option, value);
  if (typeof value !== 'string')
    return { ok: false, message: `must be ${option.type}, not this ${typeName(value)}` } as const;
  const resolved = resolveSecret(value, file, environment);
  return resolved.ok
    ? ({ ok: true, value: resolved.secret } as const)
    : ({ ok: false, message: resolved.reason } as const);
}

function setAt(values: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name = '', ...rest] = path;
  if (rest.length === 0) {
    values[name] = value;
    return;
  }
  values[name] ??= {};
  setAt(values[name] as Record<string, unknown>, rest, value);
}
