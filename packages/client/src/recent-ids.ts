/** Remembers the ids that came last. */
export interface RecentIds {
  /** Takes an id, or returns false when it is remembered. */
  add(id: string): boolean;
}

/** Remembers `limit` ids: more than a hub keeps for those who come back (256 by default), so a replay doubles nothing. */
export function createRecentIds(limit = 1_024): RecentIds {
  const ids = new Set<string>();
  return {
    add(id) {
      if (ids.has(id)) return false;
      ids.add(id);
      if (ids.size > limit) {
        // A Set keeps the order of insertion: the first one is the oldest.
        const [oldest = ''] = ids;
        ids.delete(oldest);
      }
      return true;
    },
  };
}
