import type { Secret } from '@picoclaw/auth';

/** The keys of one entry, used in turn. */
export interface KeyRing {
  /** The next key that is not among the refused ones; rested ones come last. */
  next(refused: ReadonlySet<Secret>): Secret | undefined;
  /** Passes a key over for a while. */
  rest(key: Secret): void;
}

interface KeyRingOptions {
  readonly restMs?: number;
  readonly now?: () => number;
}

/** Keeps the keys of an entry. */
export function createKeyRing(keys: readonly Secret[], options: KeyRingOptions = {}): KeyRing {
  const { restMs = 60_000, now = Date.now } = options;
  const restsUntil = new Map<Secret, number>();
  let turn = 0;
  return {
    next(refused) {
      const inTurn = keys.map((_, index) => keys[(turn + index) % keys.length] as Secret);
      const usable = inTurn.filter((key) => !refused.has(key));
      const chosen = usable.find((key) => (restsUntil.get(key) ?? 0) <= now()) ?? usable[0];
      if (chosen !== undefined) turn = keys.indexOf(chosen) + 1;
      return chosen;
    },
    rest(key) {
      restsUntil.set(key, now() + restMs);
    },
  };
}
