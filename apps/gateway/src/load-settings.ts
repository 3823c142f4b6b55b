import type { Secret } from '@picoclaw/auth';
import {
  ConfigError,
  childEnvironment,
  type Environment,
  type GatewayConfig,
  gatewayAuthority,
  loadGatewayConfig,
  type OptionFlags,
  type Paths,
  parseBindHosts,
  problemLine,
  resolveChannelToken,
} from '@picoclaw/config';
import type { BindOptions } from '@picoclaw/server';
import type { GatewaySettings } from './settings.ts';

/** Where the configuration comes from. */
export interface SettingsSources {
  readonly paths: Paths;
  readonly environment: Environment;
  readonly flags: OptionFlags;
}

/** The Redis that gateways of several homes share, and who says so. */
export interface RedisSettings {
  readonly url: Secret;
  readonly from: string;
}

/** Everything that the files, the environment and the flags say; `bind` and `redis` count at the start only. */
export type LoadedSettings =
  | {
      readonly ok: true;
      readonly settings: GatewaySettings;
      readonly bind: BindOptions;
      readonly redis: RedisSettings | undefined;
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly reason: string };

/** Reads the configuration; what is wrong with it comes back as one line. */
export function loadSettings(sources: SettingsSources): LoadedSettings {
  const { paths, environment, flags } = sources;
  try {
    const config = loadGatewayConfig(paths, environment, flags);
    const { host, port } = config.gateway;
    const settings = settingsOf(config, sources);
    const bind = { addresses: parseBindHosts(host), port };
    return { ok: true, settings, bind, redis: redisOf(config), warnings: config.warnings };
  } catch (error) {
    if (error instanceof ConfigError) return { ok: false, reason: configReason(error) };
    throw error;
  }
}

/** All problems of a configuration as one line. */
export const configReason = (error: ConfigError): string => error.problems.map(problemLine).join('; ');

function settingsOf(config: GatewayConfig, { paths, environment }: SettingsSources): GatewaySettings {
  const { gateway, channels, agents } = config;
  const { pico } = channels;
  return {
    logLevel: gateway.log_level,
    hotReload: gateway.hot_reload,
    pidTokenOverride: gateway.pid_token_override,
    gatewayToken: gatewayAuthority(paths, environment),
    picoClient: picoClientOf(channels.pico_client),
    media: { maxAgeMs: pico.media_max_age * DAY_MS, maxBytes: pico.media_max_size * MIB },
    models: {
      defaultName: agents.defaults.model_name,
      entries: config.model_list,
      maxContextTokens: agents.defaults.max_context_tokens,
      commandEnvironment: childEnvironment(environment, { paths }),
    },
    channel: {
      enabled: pico.enabled,
      // The same function as the launcher's, so that the two sides never disagree about the effective token.
      token: resolveChannelToken(paths, environment).value,
      allowTokenQuery: pico.allow_token_query,
      allowOrigins: pico.allow_origins,
      pingIntervalMs: milliseconds(pico.ping_interval),
      readTimeoutMs: milliseconds(pico.read_timeout),
      writeTimeoutMs: milliseconds(pico.write_timeout),
      maxConnections: pico.max_connections,
      maxMessageBytes: pico.max_message_bytes,
      whenBusy: pico.when_busy,
    },
  };
}

function redisOf({ cluster, sources }: GatewayConfig): RedisSettings | undefined {
  const { redis_url: url } = cluster;
  return url && { url, from: sources['cluster.redis_url']?.from ?? '' };
}

function picoClientOf({ enabled, url, token, session_id: sessionId }: GatewayConfig['channels']['pico_client']) {
  return enabled && url !== undefined ? { url, token, sessionId } : undefined;
}

const DAY_MS = 86_400_000;
const MIB = 1024 ** 2;

/** Timers take at most 2³¹−1 ms; anything above would fire at once. */
const milliseconds = (seconds: number): number => Math.min(seconds * 1000, 2_147_483_647);
