import type { Secret } from '@picoclaw/auth';
import {
  type Environment,
  findLauncherToken,
  type Paths,
  resolveChannelToken,
  type ShadowedCredential,
} from '@picoclaw/config';

/** A token that counts, where it is from and what it shadows; no value when there is none. */
export interface TokenFact {
  readonly value: Secret | undefined;
  readonly source: 'env' | 'config' | 'random' | 'file' | 'flag' | 'none';
  /** The variable, or file and path. */
  readonly from: string | undefined;
  readonly shadowed: readonly ShadowedCredential[];
}

/** The launcher token and the channel token of a home, as its processes resolve them. Throws `ConfigError`. */
export function tokensOf(paths: Paths, environment: Environment): { launcher: TokenFact; channel: TokenFact } {
  const launcher = findLauncherToken(paths, environment);
  const channel = resolveChannelToken(paths, environment);
  return {
    launcher: launcher ?? { value: undefined, source: 'none', from: undefined, shadowed: [] },
    channel: { value: channel.value, source: channel.source ?? 'none', from: channel.from, shadowed: channel.shadowed },
  };
}
