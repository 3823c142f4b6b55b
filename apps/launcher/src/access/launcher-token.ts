import type { Secret } from '@picoclaw/auth';

/** Where the launcher token came from (tokens.md). */
export type TokenSource = 'env' | 'config' | 'random';

/** What came of registering a token of one's own. */
export type Registration =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'already_set_up' | 'unwritable' };

/** The launcher token of this process, which a first run or the settings can replace. */
export interface LauncherToken {
  readonly source: TokenSource;
  /** The first run has not been done: the token is the generated one. */
  readonly isSetupPending: boolean;
  /** How often it was replaced: what it opened before can be told from what it opens now. */
  readonly generation: number;
  matches(presented: Secret): boolean;
  reveal(): string;
  /** Looks whether another launcher of the same home has stored another token; `true` when that is the one now. */
  reread(): boolean;
  /** Stores another token; one winner when two try at once. */
  register(token: Secret, expected: { readonly setupPending: boolean }): Promise<Registration>;
}

interface LauncherTokenOptions {
  readonly value: Secret;
  readonly source: TokenSource;
  readonly persist: (
    token: Secret,
    expected: { readonly setupPending: boolean; readonly token: Secret },
  ) => Promise<Registration>;
  /** The token as it stands in its file. */
  readonly find?: (() => Pick<LauncherTokenOptions, 'value' | 'source'> | undefined) | undefined;
}

/** Holds the token; `persist` writes it to launcher-config.json and knows whether somebody else was faster. */
export function createLauncherToken({ value, source, persist, find }: LauncherTokenOptions): LauncherToken {
  let current = { value, source, generation: 0 };
  return {
    get source() {
      return current.source;
    },
    get isSetupPending() {
      return current.source === 'random';
    },
    get generation() {
      return current.generation;
    },
    matches: (presented) => current.value.equals(presented),
    reveal: () => current.value.reveal(),
    reread() {
      const found = find?.();
      if (found === undefined || found.value.equals(current.value)) return false;
      current = { value: found.value, source: found.source, generation: current.generation + 1 };
      return true;
    },
    async register(token, { setupPending }) {
      const result = await persist(token, { setupPending, token: current.value });
      if (result.ok) current = { value: token, source: 'config', generation: current.generation + 1 };
      return result;
    },
  };
}
