import { type Document, isMap, isPair, isScalar, isSeq, parseDocument, type Scalar, type Tags, visit } from 'yaml';
import { ConfigError } from './config-error.ts';
import { isJsonObject, type JsonObject, pathText } from './json-object.ts';
import type { Edit } from './merge-patch.ts';
import { nestsTooDeep, TOO_DEEP } from './nesting.ts';

const TEXT_KEYS = new Set(['token', 'api_key', 'api_keys']);

/** The mapping in a YAML text; an empty text is an empty one. Throws `ConfigError` (`config_invalid`). */
export function parseYamlObject(file: string, text: string): JsonObject {
  const document = parse(file, text);
  keepSecretsAsWritten(document);
  const value: unknown = toPlain(file, document) ?? {};
  if (!isJsonObject(value)) throw invalid(file, 'must hold a mapping of names to values');
  if (nestsTooDeep(value)) throw invalid(file, TOO_DEEP);
  return value;
}

/** Changes the edited places of a YAML text; comments and the order of keys stay. */
export function editYaml(file: string, text: string | undefined, edits: readonly Edit[]): string {
  const document = parse(file, text ?? '');
  if (!isMap(document.contents)) beginMapping(document);
  for (const edit of edits) applyEdit(file, document, edit);
  try {
    return document.toString({ lineWidth: 0 });
  } catch {
    throw invalid(file, 'cannot be changed: an alias in it names what would be gone');
  }
}

/** For a file with nothing but `---` or a comment in it. */
function beginMapping(document: Document): void {
  const { commentBefore, comment } = document.contents ?? {};
  const mapping = document.createNode({});
  mapping.commentBefore = [commentBefore, comment].filter(Boolean).join('\n') || null;
  document.contents = mapping;
}

function applyEdit(file: string, document: Document, { path, value }: Edit): void {
  try {
    if (value === undefined) document.deleteIn(path);
    else document.setIn(path, document.createNode(value));
  } catch {
    throw invalid(file, 'cannot be changed here: an alias stands in for it; write it out', pathText(path));
  }
}

function parse(file: string, text: string): Document {
  const document = parseUnchecked(file, text);
  const [error] = document.errors;
  if (error) {
    // Its message shows the faulty line, which may hold a token: only the place is repeated.
    const place = error.linePos?.[0];
    throw invalid(file, `is not valid YAML${place ? ` (line ${place.line}, column ${place.col})` : ''}`);
  }
  return document;
}

/**
 * Other programs read `0123` or a number of twenty digits as the text that it is: a change of something else leaves it so.
 */
const numbersAsWritten = (tags: Tags): Tags =>
  tags.map((tag) => {
    if (typeof tag === 'string' || tag.collection !== undefined || !/:(?:int|float)$/.test(tag.tag)) return tag;
    const { stringify } = tag;
    return { ...tag, stringify: (node, ...rest) => node.source ?? stringify?.(node, ...rest) ?? String(node.value) };
  });

function parseUnchecked(file: string, text: string): Document {
  try {
    // Its warnings would go to the log, with what stands in the file.
    return parseDocument(text, { merge: true, prettyErrors: true, logLevel: 'error', customTags: numbersAsWritten });
  } catch {
    // The parser calls itself for each level.
    throw invalid(file, TOO_DEEP);
  }
}

function toPlain(file: string, document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    throw invalid(file, 'uses YAML aliases in a way that cannot be resolved');
  }
}

/** `token: 0123` is the four characters, as the other readers of this file see it, and not the number 123. */
function keepSecretsAsWritten(document: Document): void {
  visit(document, {
    Pair(_key, pair) {
      if (!isPair(pair) || !isScalar(pair.key) || !TEXT_KEYS.has(String(pair.key.value))) return;
      const items = isSeq(pair.value) ? pair.value.items : [pair.value];
      for (const item of items) if (isScalar(item) && typeof item.value !== 'string') asWritten(item);
    },
  });
}

function asWritten(scalar: Scalar): void {
  if (scalar.value !== null && scalar.source !== undefined) scalar.value = scalar.source;
}

function invalid(file: string, message: string, path = ''): ConfigError {
  return new ConfigError('config_invalid', [{ file, path, message }]);
}
