import { randomBytes } from 'node:crypto';
import { Secret } from '@picoclaw/auth';
import type { LauncherToken } from './launcher-token.ts';

/** Tokens that sign in once: what stands in a shell's history or a chat is worth nothing afterwards (cli-service.md). */
export interface SignInLinks {
  /** Makes one; `expiresAt` in Unix ms. */
  issue(): { readonly token: string; readonly expiresAt: number };
  /** Takes one, for good; false for what is none, was used, is too old, or is older than the launcher token. */
  redeem(presented: Secret): boolean;
}

const LIVES_MS = 10 * 60_000;
/** More than one person asks for in ten minutes; of more, the oldest go. */
const MAX_OPEN = 20;

/** Keeps the open links of this process. */
export function createSignInLinks(launcherToken: Pick<LauncherToken, 'generation'>, now = Date.now): SignInLinks {
  let open: { readonly token: Secret; readonly expiresAt: number; readonly generation: number }[] = [];
  const prune = () => {
    open = open.filter(({ expiresAt, generation }) => expiresAt > now() && generation === launcherToken.generation);
  };
  return {
    issue() {
      prune();
      const token = `once-${randomBytes(24).toString('base64url')}`;
      const expiresAt = now() + LIVES_MS;
      open = [...open, { token: new Secret(token), expiresAt, generation: launcherToken.generation }].slice(-MAX_OPEN);
      return { token, expiresAt };
    },
    redeem(presented) {
      prune();
      const found = open.find(({ token }) => token.equals(presented));
      open = open.filter((link) => link !== found);
      return found !== undefined;
    },
  };
}
