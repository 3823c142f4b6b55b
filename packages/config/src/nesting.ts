const MAX_DEPTH = 100;

/** What to say of a document that nests too deep. */
export const TOO_DEEP = `nests deeper than ${MAX_DEPTH} levels, or names itself`;

/**
 * Whether a document nests deeper than anybody writes by hand. Whoever walks it afterwards may call themselves, which the
 * stack of the process bounds. Level by level: a YAML alias can make one object its own member.
 */
export function nestsTooDeep(root: unknown): boolean {
  let level = objectsAmong([root]);
  for (let depth = 0; level.size > 0; depth += 1) {
    if (depth >= MAX_DEPTH) return true;
    level = objectsAmong([...level].flatMap((one) => Object.values(one)));
  }
  return false;
}

const objectsAmong = (values: readonly unknown[]): Set<object> =>
  new Set(values.filter((value): value is object => typeof value === 'object' && value !== null));
