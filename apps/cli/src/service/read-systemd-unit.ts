import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Secret } from '@picoclaw/auth';
import { readBoundedFile } from '@picoclaw/config';
import { ofKind, secretOfVariable, secretsInText, secretsInWords, withoutSecrets } from './embedded-secrets.ts';
import type { EmbeddedSecret, InstalledUnit } from './installed-unit.ts';
import { kindOf } from './kind-of.ts';
import { OWN_SECTION } from './systemd-unit.ts';
import { expandSpecifiers, splitWords } from './systemd-words.ts';
import { lastOf, listOf, parseUnitFile, type UnitFile } from './unit-file.ts';

const MAX_BYTES = 256 * 1024;

interface UnitText extends UnitFile {
  readonly file: string;
}

/** Reads a unit of systemd with its drop-ins and environment files. Throws what reading a file throws. */
export function readSystemdUnit(
  file: string,
  { scope, userHome }: { readonly scope: InstalledUnit['scope']; readonly userHome: string },
): InstalledUnit | undefined {
  const main = readText(file);
  if (main === undefined) return undefined;
  const dropIns = dropInsOf(file).flatMap((path) => readText(path) ?? []);
  const merged: UnitFile = { entries: [main, ...dropIns].flatMap(({ entries }) => entries), comments: [] };
  const expand = (word: string) => expandSpecifiers(word, { h: userHome });
  const environmentFiles = listOf(merged, 'Service', 'EnvironmentFile').flatMap((path) => {
    const [word = ''] = splitWords(path);
    return readText(resolve(expand(word.replace(/^-/, '')))) ?? [];
  });
  const [first = '', ...args] = splitWords(lastOf(merged, 'Service', 'ExecStart') ?? '').map(expand);
  const isLiteral = /^[-@+!|]*:/.test(first);
  const words = args.map((word) => (isLiteral ? word : word.replaceAll('$$', '$')));
  const environment = environmentOf(merged, environmentFiles, expand);
  const name = basename(file);
  const kind = kindOf({ name, program: first, args: words, environment });
  if (kind === undefined) return undefined;
  const found = [...[main, ...dropIns].flatMap(secretsOfUnit), ...environmentFiles.flatMap(secretsOfFile)];
  const embedded = found.map((secret) => ofKind(secret, kind));
  const version = lastOf(merged, OWN_SECTION, 'TemplateVersion');
  return {
    ...{ manager: 'systemd', scope, kind, name, file, environment, embedded },
    furtherFiles: [...dropIns, ...environmentFiles].map((one) => one.file),
    program: first.replace(/^[-@:+!|]+/, ''),
    args: words.map((word) => withoutSecrets(word, embedded)),
    templateVersion: version !== undefined && /^\d{1,9}$/.test(version) ? Number(version) : undefined,
    restart: restartOf(merged),
    isEnabled: isEnabled(file),
  };
}

/** The drop-ins of a unit, in the order in which systemd reads them. */
export function dropInsOf(file: string): string[] {
  const folder = `${file}.d`;
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.conf'));
  return names.toSorted().map((name) => join(folder, name));
}

/** The secrets that a unit or a drop-in itself holds. */
function secretsOfUnit({ file, entries, comments }: UnitText): EmbeddedSecret[] {
  const found = [
    ...entries.flatMap(({ key, value }) => secretsOfEntry(key, value)),
    ...comments.flatMap(({ text, line }) => secretsInText(text, `comment in line ${line + 1}`)),
  ];
  return found.map((secret) => ({ ...secret, file }));
}

/** The secrets in one assignment of a unit. */
export function secretsOfEntry(key: string, value: string): Omit<EmbeddedSecret, 'file'>[] {
  const words = splitWords(value).map((word) => expandSpecifiers(word));
  if (key === 'Environment') {
    return words.flatMap((word) => {
      const [name, text] = pairOf(word);
      return secretOfVariable(name, text, `${key}=${name}`);
    });
  }
  if (key.startsWith('Exec')) return secretsInWords(words, key);
  const credential = key === 'SetCredential' ? /^([^:]*):(.+)$/s.exec(value) : undefined;
  if (credential?.[2]) {
    const [, name = '', text] = credential;
    return [{ purpose: undefined, where: `${key}=${name}`, value: new Secret(text) }];
  }
  return secretsInText(value, key);
}

/** Whether a file that a unit reads its environment from holds a secret. */
export function secretsOfFile({ file, entries }: UnitText): EmbeddedSecret[] {
  return entries.flatMap(({ key, value }) =>
    secretOfVariable(key, unquoted(value), `EnvironmentFile: ${key}`).map((secret) => ({ ...secret, file })),
  );
}

/** Reads and parses a file; `undefined` when there is none. */
export function readText(file: string): UnitText | undefined {
  const text = readBoundedFile(file, MAX_BYTES)?.text;
  return text === undefined ? undefined : { file, ...parseUnitFile(text) };
}

function environmentOf(unit: UnitFile, files: readonly UnitText[], expand: (word: string) => string) {
  const inline = listOf(unit, 'Service', 'Environment').flatMap((value) => splitWords(value).map(expand).map(pairOf));
  const fromFiles = files.flatMap(({ entries }) => entries.map(({ key, value }) => [key, unquoted(value)] as const));
  // The files win (systemd.exec(5)).
  return new Map([...inline, ...fromFiles].map(([name, value]) => [name, new Secret(value)]));
}

function restartOf(unit: UnitFile): string {
  const rule = lastOf(unit, 'Service', 'Restart') ?? 'no';
  const except = listOf(unit, 'Service', 'RestartPreventExitStatus').flatMap(splitWords);
  return except.length === 0 ? rule : `${rule}, except after exit code ${except.join(' and ')}`;
}

function isEnabled(file: string): boolean {
  const folder = dirname(file);
  const wants = readdirSync(folder).filter((name) => /\.(wants|requires)$/.test(name));
  return wants.some((name) => readdirSync(join(folder, name)).includes(basename(file)));
}

function pairOf(word: string): readonly [string, string] {
  const equals = word.indexOf('=');
  return equals < 0 ? [word, ''] : [word.slice(0, equals), word.slice(equals + 1)];
}

function unquoted(value: string): string {
  return splitWords(value).join(' ');
}
