/** Counts what is under way, in all and per client, and knows when it is enough. */
export interface PendingLimit {
  /** Takes a place and answers with the way to give it back; `undefined` when there is none left. */
  take(clientKey: string): (() => void) | undefined;
  readonly count: number;
}

/** A limit that remembers only clients that have something pending. */
export function createPendingLimit({ max, maxPerClient }: { max: number; maxPerClient: number }): PendingLimit {
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
