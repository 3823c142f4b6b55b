import fc from 'fast-check';

/** Names that mean something to JavaScript. */
const hostileKey = fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', '');

/** JSON as attackers write it: by hand, for `JSON.stringify` writes no key twice and no `__proto__`. */
const hostileJson: fc.Arbitrary<string> = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.jsonValue({ maxDepth: 1 }).map((value) => JSON.stringify(value)),
    fc.constantFrom('1e400', '-0', '"\\ud800"', '"\\u0000"', '9007199254740993', 'null', '{}', '[]'),
    fc.array(tie('json'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
    fc
      .array(fc.tuple(fc.oneof(hostileKey, fc.string()), tie('json')), { maxLength: 3 })
      .map((members) => `{${members.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`),
  ),
})).json;

/** A frame of a known or unknown type whose other members may be anything. */
const nearlyFrame = (types: readonly string[], members: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.oneof(
        fc.constantFrom(...types).map((type) => JSON.stringify(type)),
        hostileJson,
      ),
      fc.array(fc.tuple(fc.oneof(fc.constantFrom(...members), hostileKey), hostileJson), { maxLength: 5 }),
    )
    .map(([type, rest]) => {
      const written = rest.map(([name, value]) => `${JSON.stringify(name)}:${value}`);
      return `{${[`"type":${type}`, ...written].join(',')}}`;
    });

/** Whatever may come as one text message. */
export const anyText = (types: readonly string[], members: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string({ unit: 'binary' }),
    hostileJson,
    nearlyFrame(types, members),
    nearlyFrame(types, members).map((text) => `\ufeff${text}`),
    fc.tuple(nearlyFrame(types, members), fc.nat()).map(([text, at]) => text.slice(0, at % text.length)),
    // As a decoder of bytes hands them over.
    fc.uint8Array({ maxLength: 60 }).map((bytes) => new TextDecoder().decode(bytes)),
  );

/** Texts that nest as deep as a message may be long, closed and open. */
export const deepTexts: readonly string[] = ['[', '{"type":', '{"a":['].flatMap((open) =>
  [33, 1_000, 100_000].flatMap((depth) => {
    const close = [...open].reverse().flatMap((one) => ({ '[': ']', '{': '}' })[one] ?? []);
    const nested = `${open.repeat(depth)}1${close.join('').repeat(depth)}`;
    return [nested, open.repeat(depth), `{"type":"ping","payload":${nested}}`];
  }),
);

/** Fails when a parsed value brought something into a prototype, its own or everybody's. */
export function hasCleanPrototypes(value: unknown): boolean {
  const open: unknown[] = [value];
  for (let one = open.pop(); open.length > 0 || one !== undefined; one = open.pop()) {
    if (typeof one !== 'object' || one === null) continue;
    const prototype: unknown = Object.getPrototypeOf(one);
    if (prototype !== Object.prototype && prototype !== Array.prototype && prototype !== null) return false;
    open.push(...Object.values(one));
  }
  return Object.keys(Object.prototype).length === 0 && Object.keys(Array.prototype).length === 0;
}
