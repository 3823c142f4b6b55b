/**
 * The quoting of systemd.syntax(7): words separated by blanks, quotes around or inside them, C escapes. Our own, since
 * no package reads it right: those for ini files know neither several words nor these escapes.
 */

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ a: '\u0007', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', s: ' ' },
  ...{ '\\': '\\', '"': '"', "'": "'" },
};
const NUMBERED = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3}))/;

/** What parts words; all other white space of Unicode is part of them. */
const BLANK = /[ \t\r\n]/;
const withoutBlanks = (text: string): string => text.replace(/^[ \t\r\n]+/, '');

/** Writes one word so that systemd reads exactly it; `%` begins a specifier wherever words stand. */
export function quoteWord(word: string): string {
  return quoteWithSpecifiers(word.replaceAll('%', '%%'));
}

/**
 * Writes one word as it came out of `splitWords`, its specifiers kept. A line break in it would begin another assignment,
 * so control characters are written as the escapes that they were. Throws `RangeError` for NUL, which systemd cannot hold.
 */
export function quoteWithSpecifiers(word: string): string {
  if (word.includes('\0')) throw new RangeError('a unit cannot hold a NUL character');
  return `"${word.replace(/["\\]/g, '\\$&').replace(/\p{Cc}/gu, escapeControl)}"`;
}

const escapeControl = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Splits a value into words, specifiers untouched; what cannot be an escape stays as it is. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let rest = withoutBlanks(text);
  while (rest !== '') {
    const { word, length } = takeWord(rest);
    words.push(word);
    rest = withoutBlanks(rest.slice(length));
  }
  return words;
}

/** Replaces `%%` and those specifiers that stand for something that we know (`%h`, the home). */
export function expandSpecifiers(word: string, known: Readonly<Record<string, string>> = {}): string {
  return word.replace(/%(.)/gsu, (all, letter: string) => (letter === '%' ? '%' : (known[letter] ?? all)));
}

function takeWord(text: string): { word: string; length: number } {
  let word = '';
  let quote = '';
  let index = 0;
  while (index < text.length) {
    const character = text.charAt(index);
    if (quote === '' && BLANK.test(character)) break;
    if (character === '\\') {
      const { value, length } = unescapeCharacter(text.slice(index + 1));
      word += value;
      index += 1 + length;
      continue;
    }
    index += 1;
    if (quote === character) quote = '';
    else if (quote === '' && (character === '"' || character === "'")) quote = character;
    else word += character;
  }
  return { word, length: index };
}

function unescapeCharacter(after: string): { value: string; length: number } {
  const simple = ESCAPES[after.charAt(0)];
  if (simple !== undefined) return { value: simple, length: 1 };
  const [all, hex, short, long, octal] = NUMBERED.exec(after) ?? [];
  const code = hex ?? short ?? long;
  const point = octal === undefined ? Number.parseInt(code ?? '', 16) : Number.parseInt(octal, 8);
  if (all === undefined || !(point > 0 && point <= 0x10_ffff)) return { value: '\\', length: 0 };
  return { value: String.fromCodePoint(point), length: all.length };
}
