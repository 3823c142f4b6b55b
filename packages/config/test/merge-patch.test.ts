import { expect, test } from 'vitest';
import { editJson } from '../src/json-document.ts';
import type { JsonObject } from '../src/json-object.ts';
import { deletionOf, editsOf, mergePatches } from '../src/merge-patch.ts';

// The examples of RFC 7396, appendix A, for patches that are objects.
test.each<[JsonObject, JsonObject, JsonObject]>([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])('%j patched with %j is %j', (document, patch, expected) => {
  const edited = editJson('config.json', JSON.stringify(document), editsOf(document, patch));
  expect(JSON.parse(edited)).toEqual(expected);
  expect(editsOf(expected, patch)).toEqual([]);
});

test('names that mean something to JavaScript are ordinary keys', () => {
  const patch = JSON.parse('{"__proto__": {"polluted": true}, "constructor": "x"}') as JsonObject;
  const edited = editJson('config.json', '{}', editsOf({}, mergePatches([patch, patch])));
  expect(JSON.parse(edited)).toEqual(patch);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('of merged patches the later one wins where both touch a key', () => {
  const merged = mergePatches([deletionOf(['a', 'b']), { a: { c: 1 } }, { a: { b: 2 }, d: null }]);
  expect(merged).toEqual({ a: { b: 2, c: 1 }, d: null });
});
