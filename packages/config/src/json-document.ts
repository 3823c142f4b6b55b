import { applyEdits, type FormattingOptions, modify } from '#jsonc-parser';
import { ConfigError } from './config-error.ts';
import { isJsonObject, type JsonObject, pathText } from './json-object.ts';
import type { Edit } from './merge-patch.ts';
import { nestsTooDeep, TOO_DEEP } from './nesting.ts';

/** Why a change of a file that parses does not take. */
export const WRITTEN_TWICE = 'cannot be changed: is this key written twice?';

/** The object in a JSON text. Throws `ConfigError` (`config_invalid`) that names the place, never the content. */
export function parseJsonObject(file: string, text: string): JsonObject {
  if (text.trim() === '') throw invalid(file, 'is empty; it must hold a JSON object, {} is enough');
  const document = parse(file, text);
  if (!isJsonObject(document)) throw invalid(file, 'must hold a JSON object');
  if (nestsTooDeep(document)) throw invalid(file, TOO_DEEP);
  return document;
}

/**
 * Changes only the edited places of a JSON text: order, indentation, numbers too large for JavaScript and keys of other
 * programs stay as they are. `undefined` starts a new text.
 */
export function editJson(file: string, text: string | undefined, edits: readonly Edit[]): string {
  const start = text ?? '{}\n';
  const formattingOptions = formattingOf(start);
  return edits.reduce((current, { path, value }) => {
    try {
      return applyEdits(current, modify(current, [...path], value, { formattingOptions }));
    } catch {
      // The editor goes by the first of two keys, the parser by the last: there may be nothing to go into.
      throw invalid(file, WRITTEN_TWICE, pathText(path));
    }
  }, start);
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The engine's own message quotes the text around the fault, which may be a token.
    throw invalid(file, `is not valid JSON${placeOf(error, text)}`);
  }
}

function placeOf(error: unknown, text: string): string {
  const position = /position (\d+)/.exec(String(error))?.[1];
  const before = position === undefined ? text : text.slice(0, Number(position));
  const lines = before.split('\n');
  return ` (line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1})`;
}

function formattingOf(text: string): FormattingOptions {
  const indent = /\n([ \t]+)"/.exec(text)?.[1] ?? '  ';
  return { insertSpaces: !indent.includes('\t'), tabSize: indent.length, eol: text.includes('\r\n') ? '\r\n' : '\n' };
}

function invalid(file: string, message: string, path = ''): ConfigError {
  return new ConfigError('config_invalid', [{ file, path, message }]);
}
