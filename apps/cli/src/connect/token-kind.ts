import { parseComposedToken, type Secret } from '@picoclaw/auth';

/**
 * Which of the home's tokens a token is. `shadowed`: the home has it as channel token, where another one counts;
 * `composed_elsewhere`: made for another run of a gateway; `unknown`: none of this home's.
 */
export type TokenKind = 'launcher' | 'channel' | 'shadowed' | 'pid' | 'composed' | 'composed_elsewhere' | 'unknown';

/** The tokens that a token is compared with. */
export interface KnownTokens {
  readonly launcher?: Secret | undefined;
  readonly channel?: Secret | undefined;
  readonly pid?: Secret | undefined;
  /** Channel tokens that do not count here. */
  readonly shadowed: readonly Secret[];
}

const PID_TOKEN = /^[0-9a-f]{32}$/i;

/** Says which token it is, by comparison; only the composed one shows by its form whose it is. */
export function tokenKindOf(token: Secret, known: KnownTokens): TokenKind {
  if (known.channel?.equals(token)) return 'channel';
  if (known.launcher?.equals(token)) return 'launcher';
  if (known.pid?.equals(token)) return 'pid';
  if (known.shadowed.some((other) => other.equals(token))) return 'shadowed';
  const composed = parseComposedToken(token);
  if (composed === undefined || !PID_TOKEN.test(composed.pidToken.reveal())) return 'unknown';
  return known.pid?.equals(composed.pidToken) ? 'composed' : 'composed_elsewhere';
}
