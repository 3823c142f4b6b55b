import { statSync } from 'node:fs';
import type { Secret } from '@picoclaw/auth';
import { ConfigError, type Environment, loadGatewayConfig, type Paths, resolveChannelToken } from '@picoclaw/config';

/** The Pico channel as the configuration has it at this moment. */
export interface Channel {
  readonly enabled: boolean;
  /** What opens the gateway's channel (tokens.md, "Channel token"). */
  readonly token: Secret | undefined;
  readonly allowOrigins: readonly string[];
  readonly allowTokenQuery: boolean;
  readonly defaultModel: string | undefined;
  /** The port that the gateway is to have at its next start; 0 is any. */
  readonly gatewayPort: number | undefined;
  /** Why the configuration could not be read, as a sentence. */
  readonly problem?: string;
}

/** Reads the channel's configuration; unchanged files cost a `stat`. A rotated token thus counts from the next upgrade on. */
export interface ChannelReader {
  read(): Promise<Channel>;
}

/** Files that the configuration refers to (`file://…`) are not watched, so nothing is believed for longer than this. */
const BELIEVED_MS = 1_000;

/** Remembers what the files said for as long as they have not changed. */
export function createChannelReader(paths: Paths, environment: Environment, now = Date.now): ChannelReader {
  let remembered: { stamp: string; at: number; channel: Channel } | undefined;
  return {
    async read() {
      const stamp = [paths.configFile, paths.securityFile].map(stampOf).join(' ');
      if (remembered?.stamp === stamp && now() - remembered.at < BELIEVED_MS) return remembered.channel;
      const channel = loadChannel(paths, environment);
      remembered = { stamp, at: now(), channel };
      return channel;
    },
  };
}

function stampOf(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? 'absent' : `${stats.ino}:${stats.mtimeNs}:${stats.ctimeNs}:${stats.size}`;
}

function loadChannel(paths: Paths, environment: Environment): Channel {
  try {
    const { channels, agents, gateway } = loadGatewayConfig(paths, environment);
    const { enabled, allow_origins: allowOrigins, allow_token_query: allowTokenQuery } = channels.pico;
    const token = resolveChannelToken(paths, environment).value;
    return {
      ...{ enabled, token, allowOrigins, allowTokenQuery },
      defaultModel: agents.defaults.model_name,
      gatewayPort: gateway.port,
    };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const nothing = {
      enabled: false,
      token: undefined,
      allowOrigins: [],
      allowTokenQuery: false,
      defaultModel: undefined,
      gatewayPort: undefined,
    };
    return { ...nothing, problem: `The configuration cannot be used: ${error.message}` };
  }
}
