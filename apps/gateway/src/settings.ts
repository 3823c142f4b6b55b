import type { Secret } from '@picoclaw/auth';
import type { ModelEntry } from '@picoclaw/config';
import type { MediaLimits } from './media/media-sweep.ts';

/** What the gateway does by; made once from the files, the environment and the flags, and made anew by each reload. */
export interface GatewaySettings {
  readonly logLevel: string;
  readonly hotReload: boolean;
  /** Only the composed token opens the channel (tokens.md). */
  readonly pidTokenOverride: boolean;
  /** `PICOCLAW_GATEWAY_TOKEN`: when set, the one authority for `/reload` and the channel. */
  readonly gatewayToken: Secret | undefined;
  readonly channel: ChannelSettings;
  readonly models: ModelSettings;
  readonly picoClient: PicoClientSettings | undefined;
  readonly media: MediaLimits;
}

/** The other Pico server that this gateway is a client of (`channels.pico_client`). */
export interface PicoClientSettings {
  readonly url: string;
  readonly token: Secret | undefined;
  readonly sessionId: string;
}

/** Which models may answer. */
export interface ModelSettings {
  /** `agents.defaults.model_name`: whose entries answer; none: the built-in agent. */
  readonly defaultName: string | undefined;
  readonly entries: readonly ModelEntry[];
  /** How much of a conversation a model is given. */
  readonly maxContextTokens: number;
  /** The environment of `command/*` programs. */
  readonly commandEnvironment: Readonly<Record<string, string>>;
}

/** The `channels.pico` part of the configuration, times in milliseconds. */
export interface ChannelSettings {
  readonly enabled: boolean;
  readonly token: Secret | undefined;
  readonly allowTokenQuery: boolean;
  readonly allowOrigins: readonly string[];
  readonly pingIntervalMs: number;
  readonly readTimeoutMs: number;
  readonly writeTimeoutMs: number;
  readonly maxConnections: number;
  readonly maxMessageBytes: number;
  /** What becomes of a message that comes while another is being answered. */
  readonly whenBusy: 'wait' | 'cancel';
}

/** Where the settings of this moment are read; a reload replaces them for everybody at once. */
export interface SettingsHolder {
  readonly current: GatewaySettings;
  replace(settings: GatewaySettings): void;
  /** Told of every replacement, for what does not read them at each use. */
  onReplaced(listener: (settings: GatewaySettings) => void): void;
}

/** Holds the settings of a running gateway. */
export function createSettingsHolder(initial: GatewaySettings): SettingsHolder {
  let current = initial;
  const listeners: ((settings: GatewaySettings) => void)[] = [];
  return {
    get current() {
      return current;
    },
    replace(settings) {
      current = settings;
      for (const listener of listeners) listener(settings);
    },
    onReplaced(listener) {
      listeners.push(listener);
    },
  };
}
