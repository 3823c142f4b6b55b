import type { Secret } from '@picoclaw/auth';
import {
  type Environment,
  findLauncherToken,
  type Paths,
  resolveChannelToken,
  type ShadowedCredential,
} from '@picoclaw/config';

/** Which of the two tokens that people hold is meant (tokens.md). */
export type WhichToken = 'launcher' | 'channel';

/** A token that counts, where it is from and what it shadows; no value when there is none. */
export interface TokenFact {
  readonly value: Secret | undefined;
  readonly source: 'env' | 'config' | 'random' | 'file' | 'flag' | 'none';
  /** The variable, or file and path. */
  readonly from: string | undefined;
  readonly shadowed: readonly ShadowedCredential[];
}

interface Environments {
  /** By which the process that guards something with the token finds it. */
  readonly judged: Environment;
  /** Of who asks: what stands there does not count, and people wonder why. */
  readonly shell: Environment;
}

/** A token of a home as its process resolves it, with what the asking shell has besides. Throws `ConfigError`. */
export function tokenOf(which: WhichToken, paths: Paths, { judged, shell }: Environments): TokenFact {
  const fact = resolve(which, paths, judged);
  const names = which === 'launcher' ? (['launcherToken'] as const) : (['gatewayToken', 'picoToken'] as const);
  const ofShell = names.flatMap((name): ShadowedCredential[] => {
    const value = shell[name];
    const isKnown = judged === shell || (judged[name] !== undefined && value?.equals(judged[name]));
    if (value === undefined || isKnown) return [];
    const differs = fact.value === undefined || !value.equals(fact.value);
    return [{ source: 'env', from: `${shell.origins[name]} of this shell`, differs }];
  });
  return { ...fact, shadowed: [...fact.shadowed, ...ofShell] };
}

function resolve(which: WhichToken, paths: Paths, environment: Environment): TokenFact {
  if (which === 'launcher') {
    const found = findLauncherToken(paths, environment);
    return found ?? { value: undefined, source: 'none', from: undefined, shadowed: [] };
  }
  const { value, source = 'none', from, shadowed } = resolveChannelToken(paths, environment);
  return { value, source, from, shadowed };
}
