import { existsSync } from 'node:fs';
import { isSecretVariable } from './embedded-secrets.ts';
import { readText, secretsOfEntry, secretsOfFile } from './read-systemd-unit.ts';
import { quoteWithSpecifiers, splitWords } from './systemd-words.ts';
import { parseUnitFile, type UnitEntry } from './unit-file.ts';

/** A drop-in without what holds a secret; `undefined` when nothing is left that says anything. */
export function stripSecrets(text: string): string | undefined {
  const { entries, comments } = parseUnitFile(text);
  const lines: (string | undefined)[] = text.split('\n');
  let kept = entries.length;
  for (const entry of entries) {
    const replacement = withoutSecrets(entry);
    if (replacement === entry.value) continue;
    const [first = 0, ...others] = entry.lines;
    lines[first] = replacement === undefined ? undefined : `${entry.key}=${replacement}`;
    for (const line of others) lines[line] = undefined;
    if (replacement === undefined) kept -= 1;
  }
  for (const { text: comment, line } of comments) {
    if (secretsOfEntry('comment', comment).length > 0) lines[line] = undefined;
  }
  return kept === 0 ? undefined : lines.filter((line) => line !== undefined).join('\n');
}

function withoutSecrets({ key, value }: UnitEntry): string | undefined {
  if (key === 'EnvironmentFile') return environmentFileHoldsSecret(value) ? undefined : value;
  if (secretsOfEntry(key, value).length === 0) return value;
  if (key !== 'Environment') return undefined;
  const plain = splitWords(value).filter((word) => {
    const equals = word.indexOf('=');
    return !isSecretVariable(word.slice(0, equals), word.slice(equals + 1));
  });
  return plain.length === 0 ? undefined : plain.map(quoteWithSpecifiers).join(' ');
}

function environmentFileHoldsSecret(value: string): boolean {
  const [word = ''] = splitWords(value);
  const file = word.replace(/^-/, '');
  const found = existsSync(file) ? readText(file) : undefined;
  return found !== undefined && secretsOfFile(found).length > 0;
}
