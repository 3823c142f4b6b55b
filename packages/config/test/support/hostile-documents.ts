import fc from 'fast-check';

/** Names of ours, of other programs, and such as mean something to JavaScript. */
const key = fc.oneof(
  fc.constantFrom('port', 'host', 'public', 'base_path', 'allowed_cidrs', 'launcher_token', 'tls', 'cert', 'cluster'),
  fc.constantFrom('gateway', 'channels', 'channel_list', 'pico', 'pico_client', 'settings', 'token', 'type', 'enabled'),
  fc.constantFrom('model_list', 'model_name', 'model', 'api_key', 'api_keys', 'agents', 'defaults', 'version', 'url'),
  fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'toJSON', 'then'),
  fc.string({ unit: 'binary', maxLength: 5 }),
);
const scalar = fc.oneof(
  fc.constantFrom('null', 'true', 'false', '0', '-1', '18800', '1e400', '-0', '9007199254740993', '""', '" "'),
  fc.constantFrom('"pico"', '"pico_client"', '"openai/x"', '"env://"', '"env://PICOCLAW_X"', '"env://__proto__"'),
  fc.constantFrom('"file://"', '"file://\\u0000"', '"file:///nowhere/at/all"', '"enc://x"', '"[NOT_HERE]"', '"*"'),
  fc.constantFrom('"10.0.0.0/8"', '"::/0"', '"http://x"', '"ws://x"', '"/base"', '"//x"', '"/../x"', '"localhost"'),
  fc.string({ unit: 'binary', maxLength: 8 }).map((text) => JSON.stringify(text)),
);

/** JSON as it is written by hand: keys twice, `__proto__`, our names with values of every kind. */
export const jsonText: fc.Arbitrary<string> = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    tie('object'),
  ),
  object: fc
    .array(fc.tuple(key, tie('value')), { maxLength: 6 })
    .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}: ${value}`).join(', ')}}`),
})).object;

const yamlPiece = fc.constantFrom(
  ...['channels:', 'pico:', 'token:', 'model_list:', 'api_keys:', 'channel_list:', '__proto__:', 'constructor:', '<<:'],
  ...[
    '&a',
    '*a',
    '&b',
    '*b',
    '!!set',
    '!!binary',
    '!!omap',
    '!x',
    '%YAML 1.1',
    '---',
    '...',
    '? ',
    ': ',
    '- ',
    '| ',
    '>',
  ],
  ...[
    '\n',
    '\n  ',
    '\n    ',
    '\n\t',
    ' ',
    '[',
    ']',
    '{',
    '}',
    ',',
    '"',
    "'",
    '#x',
    '0123',
    '.nan',
    '2001-01-01',
    'null',
    '~',
  ],
);

/** What may stand in .security.yml: JSON is YAML, and so is nearly everything else. */
export const yamlText: fc.Arbitrary<string> = fc.oneof(
  jsonText,
  fc.array(yamlPiece, { maxLength: 14 }).map((pieces) => pieces.join('')),
  fc.array(yamlPiece, { maxLength: 14 }).map((pieces) => pieces.join(' ')),
  fc.string({ unit: 'binary' }),
);

/** Anything that may be in a file. */
export const anyBytes = (text: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    text.map((one) => Buffer.from(one)),
    fc.tuple(text, fc.nat()).map(([one, at]) => Buffer.from(one).subarray(0, at % (one.length + 1))),
    text.map((one) => Buffer.from(`\ufeff${one}`)),
    fc.uint8Array({ maxLength: 60 }),
  );
