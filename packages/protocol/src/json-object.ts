/** A JSON object as it came in. */
export type JsonObject = Record<string, unknown>;

/** Reads a text as one JSON object; anything else (a list, a number, broken JSON) is undefined. */
export function parseJsonObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Drops null members of a frame and of its payload: Go writes an unset slice or map as null where others leave it out.
 */
export function withoutNulls(frame: JsonObject): JsonObject {
  const kept = dropNulls(frame);
  return isJsonObject(kept.payload) ? { ...kept, payload: dropNulls(kept.payload) } : kept;
}

function dropNulls(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}

/**
 * Says whether a parsed value nests deeper than maxDepth or has a key that reaches a prototype when somebody merges it.
 * It walks with its own stack: recursion would be the attacker's to exhaust.
 */
export function isHostile(root: unknown, maxDepth = 32): boolean {
  const open: { value: unknown; depth: number }[] = [{ value: root, depth: 0 }];
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    if (typeof item.value !== 'object' || item.value === null) continue;
    if (item.depth >= maxDepth) return true;
    for (const [key, value] of Object.entries(item.value)) {
      if (key === '__proto__' || key === 'constructor') return true;
      open.push({ value, depth: item.depth + 1 });
    }
  }
  return false;
}
