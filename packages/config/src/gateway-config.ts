import type { z } from 'zod';
import { type ChannelType, channelPlaces, duplicateProblems } from './channel-layout.ts';
import { type ConfigProblem, throwProblems, typeName } from './config-error.ts';
import type { Environment } from './env.ts';
import type { VariableKey } from './environment-variables.ts';
import { gatewayOptions, type gatewaySchema, type ModelEntry } from './gateway-schema.ts';
import { isJsonObject, type JsonObject, pathText, valueAt } from './json-object.ts';
import { readModelList } from './model-list.ts';
import type { Option } from './option.ts';
import type { Paths } from './paths.ts';
import {
  type Candidate,
  deepFreeze,
  environmentCandidate,
  fileCandidate,
  flagCandidate,
  type OptionFlags,
  type Origin,
  resolveOptions,
} from './resolve-options.ts';
import { referencedVariable } from './secret-reference.ts';
import { loadJsonFile, loadSecurityFile } from './security-file.ts';

/** The configuration of the gateway: config.json with .security.yml, the environment and the command line. */
export interface GatewayConfig extends Readonly<z.output<typeof gatewaySchema>> {
  readonly model_list: readonly ModelEntry[];
  /** Where each value comes from, by option key (`gateway.port`). */
  readonly sources: Readonly<Record<string, Origin>>;
  readonly warnings: readonly string[];
  /** The variables that the files name as `env://NAME`. */
  readonly referencedVariables: readonly string[];
}

/** config.json and .security.yml as they are written. */
export interface GatewayDocuments {
  readonly config: JsonObject;
  readonly security: JsonObject;
}

const VARIABLE_OF: Readonly<Record<string, VariableKey>> = {
  'gateway.host': 'gatewayHost',
  'gateway.port': 'gatewayPort',
  'gateway.hot_reload': 'gatewayHotReload',
  'gateway.log_level': 'logLevel',
  'channels.pico.enabled': 'picoEnabled',
  'channels.pico.token': 'picoToken',
  'channels.pico_client.enabled': 'picoClientEnabled',
  'channels.pico_client.url': 'picoClientUrl',
  'channels.pico_client.token': 'picoClientToken',
  'cluster.redis_url': 'redisUrl',
};

/**
 * Loads what the gateway runs with; absent files mean the defaults.
 * Throws `ConfigError` with everything that is wrong, in all files at once where they can be parsed.
 */
export function loadGatewayConfig(paths: Paths, environment: Environment, flags: OptionFlags = {}): GatewayConfig {
  const config = loadJsonFile(paths.configFile);
  const { document: security, warnings } = loadSecurityFile(paths);
  const { loaded, problems } = resolveGatewayConfig({ config, security }, paths, environment, flags);
  throwProblems(problems);
  return deepFreeze({ ...loaded, warnings });
}

/** `loadGatewayConfig` on documents that were read already; reports problems instead of throwing them. */
export function resolveGatewayConfig(
  documents: GatewayDocuments,
  paths: Paths,
  environment: Environment,
  flags: OptionFlags = {},
): { loaded: Omit<GatewayConfig, 'warnings'>; problems: ConfigProblem[] } {
  const candidatesOf = (option: Option) => [
    ...flagCandidate(option, flags),
    ...environmentCandidates(option, environment),
    ...gatewayFileCandidates(option, documents, paths),
  ];
  const { values, sources, problems } = resolveOptions(gatewayOptions, candidatesOf, environment);
  const { models, problems: modelProblems } = readModelList(documents, paths, environment);
  const { channels } = values as z.output<typeof gatewaySchema>;
  return {
    loaded: {
      ...(values as z.output<typeof gatewaySchema>),
      model_list: models,
      sources,
      referencedVariables: [...new Set([...variablesIn(documents.config), ...variablesIn(documents.security)])],
    },
    problems: [
      ...structureProblems(documents.config, paths.configFile),
      ...structureProblems(documents.security, paths.securityFile),
      ...duplicateProblems(paths.configFile, documents.config, 'pico'),
      ...duplicateProblems(paths.configFile, documents.config, 'pico_client'),
      ...problems,
      ...modelProblems,
      ...clientProblems(channels.pico_client, paths.configFile),
    ],
  };
}

/** What the files say about an option, .security.yml before config.json. */
function gatewayFileCandidates(option: Option, documents: GatewayDocuments, paths: Paths): Candidate[] {
  const [top, type = '', ...rest] = option.path;
  const places =
    top === 'channels'
      ? channelPlaces(documents, type as ChannelType, rest.join('.'))
      : [option.path, ...olderPlaces(option)];
  return [
    ...places.flatMap((path) => fileCandidate(option, paths.securityFile, path, valueAt(documents.security, path))),
    ...places.flatMap((path) => fileCandidate(option, paths.configFile, path, valueAt(documents.config, path))),
  ];
}

/** Homes from before `model_name` have it as `model`. */
function olderPlaces(option: Option): string[][] {
  return option.key === 'agents.defaults.model_name' ? [['agents', 'defaults', 'model']] : [];
}

function environmentCandidates(option: Option, environment: Environment): Candidate[] {
  const key = VARIABLE_OF[option.key];
  return key === undefined ? [] : environmentCandidate(environment.origins[key], environment[key]);
}

/** A scalar where a group of options belongs would otherwise read as "nothing set". */
function structureProblems(document: JsonObject, file: string): ConfigProblem[] {
  const groups = [['gateway'], ['agents'], ['agents', 'defaults'], ['channels'], ['channel_list'], ['cluster']];
  const ours = [...groups, ['channels', 'pico'], ['channels', 'pico_client']];
  const entries = isJsonObject(document['channel_list']) ? Object.keys(document['channel_list']) : [];
  const listed = entries.flatMap((name) => [
    ['channel_list', name],
    ['channel_list', name, 'settings'],
  ]);
  return [...ours, ...listed].flatMap((path) => {
    const value = valueAt(document, path) ?? null;
    if (value === null || isJsonObject(value)) return [];
    return [{ file, path: pathText(path), message: `must be an object, not this ${typeName(value)}` }];
  });
}

function clientProblems(
  client: z.output<typeof gatewaySchema>['channels']['pico_client'],
  file: string,
): ConfigProblem[] {
  if (!client.enabled || client.url !== undefined) return [];
  return [{ file, path: 'channels.pico_client.url', message: 'is needed while channels.pico_client is enabled' }];
}

function variablesIn(value: unknown): string[] {
  if (typeof value === 'string') return [referencedVariable(value)].filter((name): name is string => Boolean(name));
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(variablesIn) : [];
}
