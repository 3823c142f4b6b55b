import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { distance } from 'fastest-levenshtein';

const MAX_DISTANCE = 2;

/**
 * What is wrong with a configuration file that a person has named; `undefined` = nothing. One that does not exist is made
 * at the first start, so a mistyped name would begin another home, with tokens of its own, wherever that person stands.
 */
export function problemOfConfigFile(name: string): string | undefined {
  const file = resolve(name);
  if (existsSync(file)) return undefined;
  if (!/\.json$/i.test(file)) return `There is no file ${name}; a configuration that is to be made ends in .json.`;
  const own = basename(file);
  const near = neighbours(dirname(file), own).find((other) => distance(other, own) <= MAX_DISTANCE);
  if (near === undefined) return undefined;
  return `There is no file ${name}. Did you mean ${near}? A new one of that name has to be made by hand first.`;
}

/** The files beside it, without those that differ by a number, as people tell one configuration from another. */
function neighbours(folder: string, own: string): string[] {
  const withoutDigits = (name: string) => name.replace(/\d+/g, '');
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
    return names.filter((name) => withoutDigits(name) !== withoutDigits(own));
  } catch {
    return [];
  }
}
