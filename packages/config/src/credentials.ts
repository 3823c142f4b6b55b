import type { Secret } from '@picoclaw/auth';
import type { Environment } from './env.ts';
import type { SecretKey } from './environment-variables.ts';
import { byPrecedence, type Source } from './precedence.ts';

/** What a credential is for. */
export type CredentialPurpose = 'launcher' | 'channel' | 'pico-client';

/** A credential that was found in a file, with the place: `<file>: <path>`. */
export interface WrittenCredential {
  readonly value: Secret;
  readonly from: string;
}

/** Everything a credential could come from; files with the strongest first. */
export interface CredentialInputs {
  readonly flag?: Secret | undefined;
  readonly environment: Pick<Environment, SecretKey | 'origins' | 'serviceKind'>;
  readonly files: readonly WrittenCredential[];
}

/** A place that has the credential too but does not count. */
export interface ShadowedCredential {
  readonly source: Source;
  readonly from: string;
  /** It holds another value than the one that counts. */
  readonly differs: boolean;
}

/** The credential that counts; no `value` when nothing has one. */
export interface ResolvedCredential {
  readonly value?: Secret;
  readonly source?: 'flag' | 'env' | 'file';
  /** The flag, the variable, or file and path. */
  readonly from?: string;
  readonly shadowed: readonly ShadowedCredential[];
}

interface Candidate extends WrittenCredential {
  readonly source: 'flag' | 'env' | 'file';
}

// PICOCLAW_GATEWAY_TOKEN, where set, is the one authority of the gateway: it beats the channel's own variable.
const KEYS: Readonly<Record<CredentialPurpose, readonly SecretKey[]>> = {
  launcher: ['launcherToken'],
  channel: ['gatewayToken', 'picoToken'],
  'pico-client': ['picoClientToken'],
};

/**
 * The one decision on which credential counts, for the launcher, the gateway and every tool that judges them:
 * flag, environment, file; in an installed service flag, file, environment.
 */
export function resolveCredential(
  purpose: CredentialPurpose,
  { flag, environment, files }: CredentialInputs,
): ResolvedCredential {
  const candidates: Candidate[] = [
    ...(flag ? [{ source: 'flag' as const, from: 'command line', value: flag }] : []),
    ...KEYS[purpose].flatMap((key) => fromEnvironment(environment, key)),
    ...files.map((file) => ({ source: 'file' as const, ...file })),
  ];
  const [best, ...others] = byPrecedence(candidates, environment.serviceKind);
  if (!best) return { shadowed: [] };
  const shadowed = others.map(({ source, from, value }) => ({ source, from, differs: !value.equals(best.value) }));
  return { value: best.value, source: best.source, from: best.from, shadowed };
}

function fromEnvironment(environment: CredentialInputs['environment'], key: SecretKey): Candidate[] {
  const value = environment[key];
  const from = environment.origins[key];
  return value && from ? [{ source: 'env', from, value }] : [];
}
