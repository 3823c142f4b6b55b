import { type ConfigProblem, typeName } from './config-error.ts';
import type { Environment } from './env.ts';
import { type ModelEntry, modelSchema } from './gateway-schema.ts';
import { isJsonObject, type JsonObject, type JsonValue, pathText } from './json-object.ts';
import { describeOptions } from './option.ts';
import type { Paths } from './paths.ts';
import { isBlankSecret, resolveSecret } from './secret-reference.ts';

/** The entries of `model_list`, and what is wrong with them. */
export interface ModelList {
  readonly models: readonly ModelEntry[];
  readonly problems: readonly ConfigProblem[];
}

interface WrittenKey {
  readonly file: string;
  readonly path: readonly (string | number)[];
  readonly value: JsonValue;
}

/** `model_list` as a table. */
export const modelOptions = describeOptions(modelSchema);

/**
 * Reads `model_list[]` of config.json with the keys that .security.yml has for an entry under `model_list.<name>:<n>`
 * (the n-th entry of that name) or `model_list.<name>`; they replace the ones in config.json.
 */
export function readModelList(
  { config, security }: { readonly config: JsonObject; readonly security: JsonObject },
  paths: Paths,
  environment: Environment,
): ModelList {
  const list = config['model_list'] ?? [];
  if (!Array.isArray(list)) return { models: [], problems: [wrong(paths.configFile, ['model_list'], 'a list', list)] };
  const problems: ConfigProblem[] = [];
  const models: ModelEntry[] = [];
  const counts = new Map<string, number>();
  for (const [index, written] of list.entries()) {
    if (!isJsonObject(written)) {
      problems.push(wrong(paths.configFile, ['model_list', index], 'an object', written));
      continue;
    }
    const name = typeof written['model_name'] === 'string' ? written['model_name'] : '';
    const occurrence = counts.get(name) ?? 0;
    counts.set(name, occurrence + 1);
    const keys =
      securityKeys(security, name, occurrence, paths.securityFile) ?? configKeys(written, index, paths.configFile);
    const { model, issues } = readModel(written, index, keys, paths, environment);
    problems.push(...issues);
    if (model) models.push(model);
  }
  return { models, problems };
}

function readModel(
  written: JsonObject,
  index: number,
  keys: readonly WrittenKey[],
  paths: Paths,
  environment: Environment,
) {
  const issues: ConfigProblem[] = [];
  const secrets = keys.flatMap(({ file, path, value }) => {
    if (typeof value !== 'string') {
      issues.push(wrong(file, path, 'a string', value));
      return [];
    }
    const resolved = resolveSecret(value, file, environment);
    if (!resolved.ok) issues.push({ file, path: pathText(path), message: resolved.reason });
    return resolved.ok ? [resolved.secret] : [];
  });
  const { api_key: _single, ...rest } = written;
  const unset = Object.entries(rest).filter(([, value]) => value !== '' && value !== null);
  const result = modelSchema.safeParse({ ...Object.fromEntries(unset), api_keys: secrets });
  for (const { path } of result.error?.issues ?? []) {
    const key = String(path[0]);
    const type = modelOptions.find((option) => option.key === key)?.type ?? 'valid';
    issues.push(wrong(paths.configFile, ['model_list', index, key], type, written[key]));
  }
  return { model: result.data, issues };
}

function securityKeys(security: JsonObject, name: string, occurrence: number, file: string): WrittenKey[] | undefined {
  const entries = security['model_list'];
  if (!isJsonObject(entries)) return undefined;
  // `name` itself may end in `:<n>` where the file tells entries of one name apart.
  for (const key of [`${name}:${occurrence}`, name, name.replace(/:\d+$/, '')]) {
    const entry = Object.hasOwn(entries, key) ? entries[key] : undefined;
    const keys = isJsonObject(entry) ? writtenKeys(entry, ['model_list', key], file) : [];
    if (keys.length > 0) return keys;
  }
  return undefined;
}

function configKeys(written: JsonObject, index: number, file: string): WrittenKey[] {
  return writtenKeys(written, ['model_list', index], file);
}

function writtenKeys(entry: JsonObject, at: readonly (string | number)[], file: string): WrittenKey[] {
  const several = Array.isArray(entry['api_keys']) ? entry['api_keys'] : [entry['api_keys'] ?? null];
  const all = [
    { file, path: [...at, 'api_key'], value: entry['api_key'] ?? null },
    ...several.map((value, index) => ({ file, path: [...at, 'api_keys', index], value })),
  ];
  return all.filter(({ value }) => !isBlankSecret(value));
}

function wrong(file: string, path: readonly (string | number)[], type: string, value: unknown): ConfigProblem {
  return { file, path: pathText(path), message: `must be ${type}, not this ${typeName(value)}` };
}
