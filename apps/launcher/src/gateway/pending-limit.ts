/** Counts what is under way, in all and per client, and knows when it is enough. */
export interface PendingLimit {
  /** Takes a place and answers with the way to give it back; `undefined` when there is none left. */
  take(clientKey: string): (() => void) | undefined;
  readonly count: number;
}

interface LimitOptions {
  readonly max?: number | undefined;
  readonly maxPerClient?: number | undefined;
}

/** Hundreds come back at one moment after a restart, and behind a proxy that says nothing all of them are one client. */
const MAX = 2_048;
const MAX_PER_CLIENT = 1_024;

/** A limit that remembers only clients that have something pending. */
export function createPendingLimit({ max = MAX, maxPerClient = MAX_PER_CLIENT }: LimitOptions = {}): PendingLimit {
  const perClient = new Map<string, number>();
  let count = 0;
  return {
    take(clientKey) {
      const own = perClient.get(clientKey) ?? 0;
      if (count >= max || own >= maxPerClient) return undefined;
      count += 1;
      perClient.set(clientKey, own + 1);
      let isGivenBack = false;
      return () => {
        if (isGivenBack) return;
        isGivenBack = true;
        count -= 1;
        const left = (perClient.get(clientKey) ?? 1) - 1;
        if (left > 0) perClient.set(clientKey, left);
        else perClient.delete(clientKey);
      };
    },
    get count() {
      return count;
    },
  };
}
