import { userInfo } from 'node:os';
import { Secret } from '@picoclaw/auth';
import { closest, distance } from 'fastest-levenshtein';
import { readBoundedFile } from './bounded-file.ts';
import { ConfigError, type ConfigProblem, throwProblems } from './config-error.ts';
import { type PlainValues, type SecretKey, type VariableKey, variables } from './environment-variables.ts';
import { parseText, textOption } from './option.ts';

type Source = Readonly<Record<string, string | undefined>>;

/** Everything that the process was told by its environment, checked and typed; `undefined` = unset or blank. */
export interface Environment extends PlainValues, Readonly<Record<SecretKey, Secret | undefined>> {
  /** The home of the person, not of PicoClaw; empty for a user without one, as in some containers. */
  readonly userHome: string;
  /** Which variable each value came from: `PICOCLAW_X`, or `PICOCLAW_X_FILE`. */
  readonly origins: Readonly<Partial<Record<VariableKey, string>>>;
  /** Things to tell the operator once at start. */
  readonly warnings: readonly string[];
  /** The names of all variables that are set. */
  readonly names: readonly string[];
  /** Any one variable by its name, trimmed; for `env://NAME` references and for child processes. */
  lookup(name: string): string | undefined;
}

/** Where to read from. */
export interface EnvironmentOptions {
  readonly source?: Source;
  /** Variables that came another way, such as the secrets that the launcher hands to its gateway; they win. */
  readonly extra?: Readonly<Record<string, string>>;
  /** Names of variables to leave out, for who goes on in spite of wrong ones. */
  readonly without?: readonly string[];
}

const MAX_SECRET_BYTES = 64 * 1024;

/**
 * Reads the environment; nothing else in the project may name `process.env`.
 * Throws one `ConfigError` with every variable that is wrong.
 */
export function readEnvironment(options: EnvironmentOptions = {}): Environment {
  const { source = process.env, extra = {}, without = [] } = options;
  const all = Object.fromEntries(Object.entries(withExtra(source, extra)).filter(([name]) => !without.includes(name)));
  const lookup = (name: string) => (Object.hasOwn(all, name) && all[name]?.trim()) || undefined;
  const problems: ConfigProblem[] = [];
  const values: Partial<Record<VariableKey, unknown>> = {};
  const origins: Partial<Record<VariableKey, string>> = {};
  for (const key of Object.keys(variables) as VariableKey[]) {
    const found = variables[key].secret ? readSecret(key, lookup) : readPlain(key, lookup);
    if ('problem' in found) problems.push(found.problem);
    else if (found.origin !== undefined) origins[key] = found.origin;
    values[key] = 'value' in found ? found.value : undefined;
  }
  throwProblems(problems);
  const names = Object.keys(all).filter((name) => lookup(name) !== undefined);
  return Object.freeze({
    ...(values as PlainValues & Record<SecretKey, Secret | undefined>),
    userHome: lookup('HOME') ?? lookup('USERPROFILE') ?? homeOfAccount(),
    origins: Object.freeze(origins),
    warnings: Object.freeze(names.filter(isUnknown).map(unknownWarning)),
    names: Object.freeze(names),
    lookup,
  });
}

/** Where `HOME` says nothing; Node's own answer would be the folder that this was started in, or a fault. */
function homeOfAccount(): string {
  try {
    return userInfo().homedir;
  } catch {
    return '';
  }
}

type Found = { readonly value?: unknown; readonly origin?: string } | { readonly problem: ConfigProblem };

function readPlain(key: VariableKey, lookup: Environment['lookup']): Found {
  const variable = variables[key];
  const text = lookup(variable.name);
  if (text === undefined || variable.secret) return {};
  const parsed = parseText(textOption(variable.schema), text);
  return parsed.ok ? { value: parsed.value, origin: variable.name } : wrong(variable.name, parsed.message);
}

function readSecret(key: VariableKey, lookup: Environment['lookup']): Found {
  const variable = variables[key];
  if (!variable.secret) return {};
  const { name } = variable;
  const fileVariable = `${name}_FILE`;
  const file = lookup(fileVariable);
  const direct = lookup(name);
  if (file !== undefined && direct !== undefined)
    return wrong(name, `is set together with ${fileVariable}: keep one of them`);
  const origin = file === undefined ? name : fileVariable;
  try {
    const text = file === undefined ? direct : secretIn(file);
    if (text === undefined) return {};
    const problem = variable.problem?.(text);
    return problem === undefined ? { value: new Secret(text), origin } : wrong(origin, problem);
  } catch (error) {
    if (error instanceof ConfigError) return wrong(origin, error.message);
    throw error;
  }
}

function secretIn(file: string): string {
  const text = readBoundedFile(file, MAX_SECRET_BYTES)?.text.trim();
  if (text) return text;
  const message = text === undefined ? 'does not exist' : 'is empty';
  throw new ConfigError('config_unreadable', [{ file, path: '', message }]);
}

function wrong(name: string, message: string): { problem: ConfigProblem } {
  return { problem: { file: 'environment', path: name, message } };
}

/** A secret that was handed over replaces its `_FILE` form as well; else both would count as set. */
function withExtra(source: Source, extra: Source): Source {
  const replaced = new Set(Object.keys(extra).map((name) => `${name}_FILE`));
  return { ...Object.fromEntries(Object.entries(source).filter(([name]) => !replaced.has(name))), ...extra };
}

function knownNames(): string[] {
  return Object.values(variables).flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name]));
}

function isUnknown(name: string): boolean {
  return name.startsWith('PICOCLAW_') && !knownNames().includes(name);
}

function unknownWarning(name: string): string {
  const nearest = closest(name, knownNames());
  const isNear = distance(name, nearest) <= Math.max(3, Math.floor(name.length / 4));
  return `Unknown environment variable ${name}${isNear ? `; did you mean ${nearest}?` : ''}`;
}
