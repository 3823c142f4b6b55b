import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject, type JsonValue } from './json-object.ts';

/** A JSON merge patch (RFC 7396): objects are merged, `null` deletes a key, anything else replaces. */
export type MergePatch = JsonObject;

/** One change of a document: a value put at a path, or the key deleted when there is no value. */
export interface Edit {
  readonly path: readonly string[];
  readonly value: JsonValue | undefined;
}

/** The edits that bring a document to what the patch says; empty when it says nothing new. */
export function editsOf(document: JsonObject, patch: MergePatch, at: readonly string[] = []): Edit[] {
  return Object.entries(patch).flatMap(([key, wanted]): Edit[] => {
    const path = [...at, key];
    const present = Object.hasOwn(document, key) ? document[key] : undefined;
    if (wanted === null) return present === undefined ? [] : [{ path, value: undefined }];
    if (isJsonObject(wanted) && isJsonObject(present)) return editsOf(present, wanted, path);
    const value = withoutNulls(wanted);
    return isDeepStrictEqual(present, value) ? [] : [{ path, value }];
  });
}

function withoutNulls(value: JsonValue): JsonValue {
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutNulls(inner)]));
}

/** The patch that puts a value at a path; `null` deletes the key. */
export function patchAt(path: readonly string[], value: JsonValue): MergePatch {
  return path.reduceRight<JsonValue>((inner, key) => ({ [key]: inner }), value) as MergePatch;
}

/** The patch that deletes the key at a path. */
export function deletionOf(path: readonly string[]): MergePatch {
  return patchAt(path, null);
}

/** One patch that does what all of these do; the later one wins where they touch the same key. */
export function mergePatches(patches: readonly MergePatch[]): MergePatch {
  const merged = new Map<string, JsonValue>();
  for (const [key, value] of patches.flatMap((patch) => Object.entries(patch))) {
    const present = merged.get(key);
    merged.set(key, isJsonObject(present) && isJsonObject(value) ? mergePatches([present, value]) : value);
  }
  return Object.fromEntries(merged);
}
