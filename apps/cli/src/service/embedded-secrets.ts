import { Secret } from '@picoclaw/auth';
import { environmentVariables, type ServiceKind } from '@picoclaw/config';
import type { EmbeddedSecret } from './installed-unit.ts';

/** A secret with where it stands, but not yet in which file. */
export type FoundSecret = Omit<EmbeddedSecret, 'file'>;

const KNOWN = new Set(environmentVariables.filter(({ secret }) => secret).map(({ name }) => name));
const SOUNDS_SECRET = /token|passw(or)?d|secret|api_?-?key|private_?-?key|session_?-?key|credential/i;
const SECRET_WORDS = 'token|password|passwd|secret|api[_-]?key|private[_-]?key|session[_-]?key|credential';
/** `NAME=value` anywhere in a text, as in a shell's command line or in a line that was commented out. */
const ASSIGNMENT = /\b([A-Za-z_]\w*)=(?=("[^"]*"|'[^']*'|[^\s"';&]+))/g;
const FLAG = new RegExp(`(--?[\\w-]*(?:${SECRET_WORDS})[\\w-]*)(?:=|\\s+)("[^"]*"|'[^']*'|[^\\s"';&]+)`, 'gi');
const SECRET_FLAG = new RegExp(`^--?[\\w-]*(?:${SECRET_WORDS})[\\w-]*$`, 'i');
/** What a name ends with that only says where a secret is, or something else about it. */
const ONLY_ABOUT = /[_-](file|path|dir|url|limit|count)$/i;
const URL_PASSWORD = /\b[a-z][a-z\d+.-]*:\/\/[^\s/@:]*:([^\s/@]+)@/gi;
const URL_TOKEN = /[?&]token=([^\s&"']+)/gi;

/** Whether a variable of this name is there to hold a secret; `<name>_FILE` only says where one is. */
function isSecretName(name: string): boolean {
  return KNOWN.has(name) || (SOUNDS_SECRET.test(name) && !ONLY_ABOUT.test(name));
}

/** Whether a variable holds a secret, by its name or by a URL with a password. */
export function isSecretVariable(name: string, value: string): boolean {
  return value.trim() !== '' && !isReference(value) && (isSecretName(name) || hasUrlPassword(value));
}

/** The secret of a variable. */
export function secretOfVariable(name: string, value: string, where: string): FoundSecret[] {
  if (!isSecretVariable(name, value)) return [];
  return [{ purpose: purposeOf(name), where, value: new Secret(value.trim()) }];
}

/** The secrets among the words of a command line. */
export function secretsInWords(words: readonly string[], where: string): FoundSecret[] {
  const afterFlag = words.flatMap((word, index): FoundSecret[] => {
    const value = words[index + 1];
    if (value === undefined || !isSecretFlag(word) || value.startsWith('-') || isReference(value)) return [];
    return [{ purpose: purposeOf(word), where: `${where}: ${word}`, value: new Secret(value) }];
  });
  return unique([...afterFlag, ...words.flatMap((word) => secretsInText(word, where))]);
}

/** The secrets in any text: assignments, flags, passwords and tokens in URLs. */
export function secretsInText(text: string, where: string): FoundSecret[] {
  const assigned = [...text.matchAll(ASSIGNMENT)].flatMap(([, name = '', value = '']) =>
    secretOfVariable(name, unquote(value), `${where}: ${name}`),
  );
  const flagged = [...text.matchAll(FLAG)].flatMap(([, flag = '', value = '']): FoundSecret[] =>
    !isSecretFlag(flag) || isReference(unquote(value)) || value.startsWith('-')
      ? []
      : [{ purpose: purposeOf(flag), where: `${where}: ${flag}`, value: new Secret(unquote(value)) }],
  );
  const inUrls = [URL_PASSWORD, URL_TOKEN].flatMap((pattern) =>
    [...text.matchAll(pattern)].map(
      ([, value = '']): FoundSecret => ({ purpose: undefined, where: `${where}: in a URL`, value: new Secret(value) }),
    ),
  );
  return unique([...flagged, ...assigned, ...inUrls]);
}

/** `--token` alone means the token of the service that it is given to. */
export function ofKind<T extends FoundSecret>(secret: T, kind: ServiceKind): T {
  const isPlainFlag = /: --?token$/i.test(secret.where);
  return isPlainFlag ? { ...secret, purpose: kind === 'launcher' ? 'launcher' : 'channel' } : secret;
}

/** A text without these secrets. */
export function withoutSecrets(text: string, secrets: readonly FoundSecret[]): string {
  return secrets.reduce((shown, { value }) => shown.replaceAll(value.reveal(), '[secret]'), text);
}

/** Says only where a secret is; also a variable that the shell or systemd puts in. */
function isReference(value: string): boolean {
  return /^((file|env):\/\/|\$|%[a-z]\/)/i.test(value.trim());
}

function isSecretFlag(word: string): boolean {
  return SECRET_FLAG.test(word) && !ONLY_ABOUT.test(word);
}

function hasUrlPassword(value: string): boolean {
  return value.search(URL_PASSWORD) >= 0;
}

function purposeOf(name: string): EmbeddedSecret['purpose'] {
  if (/LAUNCHER[_-]?TOKEN/i.test(name)) return 'launcher';
  if (/PICO_CLIENT/i.test(name)) return undefined;
  return /(GATEWAY|CHANNEL\w*|PICO)[_-]?TOKEN/i.test(name) ? 'channel' : undefined;
}

function unquote(value: string): string {
  return value.replace(/^(["'])(.*)\1$/s, '$2');
}

/** The same value is often found by two rules. */
function unique(secrets: readonly FoundSecret[]): FoundSecret[] {
  return secrets.filter((one, index) => secrets.findIndex((other) => other.value.equals(one.value)) === index);
}
