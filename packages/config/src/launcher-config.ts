import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { type BindHost, parseBindHosts } from './binding.ts';
import { type ConfigProblem, throwProblems, typeName } from './config-error.ts';
import type { Environment } from './env.ts';
import type { VariableKey } from './environment-variables.ts';
import { isJsonObject, type JsonObject, valueAt } from './json-object.ts';
import { launcherOptions, type launcherSchema } from './launcher-schema.ts';
import type { Paths } from './paths.ts';
import {
  deepFreeze,
  environmentCandidate,
  fileCandidate,
  flagCandidate,
  type OptionFlags,
  type Origin,
  resolveOptions,
} from './resolve-options.ts';
import { loadJsonFile } from './security-file.ts';

/** The configuration of the launcher: launcher-config.json, the environment and the command line. */
export interface LauncherConfig extends Readonly<z.output<typeof launcherSchema>> {
  /** The addresses to listen on, from `host` and `public`. */
  readonly bindHosts: readonly BindHost[];
  /** Where each value comes from, by option key (`port`). */
  readonly sources: Readonly<Record<string, Origin>>;
}

const VARIABLE_OF: Readonly<Record<string, VariableKey>> = {
  host: 'launcherHost',
  port: 'launcherPort',
  launcher_token: 'launcherToken',
  'cluster.redis_url': 'redisUrl',
};
const STRENGTH = ['default', 'file', 'env', 'flag'];

/** Loads what the launcher runs with; an absent file means the defaults. Throws `ConfigError` with everything that is wrong. */
export function loadLauncherConfig(paths: Paths, environment: Environment, flags: OptionFlags = {}): LauncherConfig {
  const { loaded, problems } = resolveLauncherConfig(loadJsonFile(paths.launcherConfigFile), paths, environment, flags);
  throwProblems(problems);
  const beside = (file: string | undefined) => file && resolve(dirname(paths.launcherConfigFile), file);
  const tls = { cert: beside(loaded.tls.cert), key: beside(loaded.tls.key) };
  return deepFreeze({ ...loaded, tls, bindHosts: bindHostsOf(loaded) });
}

/** `loadLauncherConfig` on a document that was read already; reports problems instead of throwing them. */
export function resolveLauncherConfig(
  document: JsonObject,
  paths: Paths,
  environment: Environment,
  flags: OptionFlags = {},
): { loaded: Omit<LauncherConfig, 'bindHosts'>; problems: ConfigProblem[] } {
  const file = paths.launcherConfigFile;
  const { values, sources, problems } = resolveOptions(
    launcherOptions,
    (option) => {
      const key = VARIABLE_OF[option.key];
      return [
        ...flagCandidate(option, flags),
        ...(key === undefined ? [] : environmentCandidate(environment.origins[key], environment[key])),
        ...fileCandidate(option, file, option.path, valueAt(document, option.path)),
      ];
    },
    environment,
  );
  const loaded = { ...(values as z.output<typeof launcherSchema>), sources };
  return { loaded, problems: [...groupProblems(document, file), ...problems, ...togetherProblems(loaded, file)] };
}

/** `public` means `*`, unless a host is given by something at least as strong: `--host` beats `"public": true`. */
function bindHostsOf({ host, public: isPublic, sources }: Omit<LauncherConfig, 'bindHosts'>): readonly BindHost[] {
  const strength = (key: string) => STRENGTH.indexOf(sources[key]?.source ?? 'default');
  const hostWins = strength('host') > 0 && strength('host') >= strength('public') && host !== '';
  return parseBindHosts(isPublic && !hostWins ? '*' : host);
}

function groupProblems(document: JsonObject, file: string): ConfigProblem[] {
  return ['tls', 'cluster'].flatMap((path) => {
    const value = document[path] ?? null;
    if (value === null || isJsonObject(value)) return [];
    return [{ file, path, message: `must be an object, not this ${typeName(value)}` }];
  });
}

function togetherProblems({ tls }: Pick<LauncherConfig, 'tls'>, file: string): ConfigProblem[] {
  if ((tls.cert === undefined) === (tls.key === undefined)) return [];
  return [{ file, path: 'tls', message: 'needs both cert and key, or neither' }];
}
