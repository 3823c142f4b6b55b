/**
 * A key as it was pressed: `enter`, `page-up`, `ctrl-c`, `alt-b` …; `text` is what it types, of `paste` all that was
 * pasted, of other keys nothing.
 */
export interface Key {
  readonly name: string;
  readonly text: string;
}

/** Makes keys of what a terminal sends. */
export interface KeyReader {
  push(chunk: string): void;
  close(): void;
}

const ESCAPE = '\u001b';
/** A sequence that is in one piece at the other end may come in two. */
const ESCAPE_WITHIN_MS = 40;
const PASTE_START = '[200~';
const PASTE_END = `${ESCAPE}[201~`;
/** More than anybody types or pastes; what never ends is no paste. */
const MAX_PASTE = 4 * 1024 * 1024;

/** The names of sequences after the escape: those of xterm, of its application mode, and of the Linux console. */
const SEQUENCES: Readonly<Record<string, string>> = {
  ...{ '[A': 'up', '[B': 'down', '[C': 'right', '[D': 'left', '[H': 'home', '[F': 'end', '[Z': 'shift-tab' },
  ...{ OA: 'up', OB: 'down', OC: 'right', OD: 'left', OH: 'home', OF: 'end', OM: 'enter' },
  ...{
    '[1~': 'home',
    '[3~': 'delete',
    '[4~': 'end',
    '[5~': 'page-up',
    '[6~': 'page-down',
    '[7~': 'home',
    '[8~': 'end',
  },
  ...{ '[1;5C': 'ctrl-right', '[1;5D': 'ctrl-left', '[1;3C': 'ctrl-right', '[1;3D': 'ctrl-left' },
};

const CONTROLS: Readonly<Record<string, string>> = { '\r': 'enter', '\t': 'tab', '\u007f': 'backspace' };

/** A control sequence, as far as it is there (ECMA-48, 5.4). */
const SEQUENCE = /^(?:\[[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]|O[\x20-\x7e])/;
const UNFINISHED = /^(?:\[[\x30-\x3f]*[\x20-\x2f]*|O)?$/;
const CONTROL = /\p{Cc}/u;

/** Hands each key on as soon as it is known; a lone escape is known when nothing follows it. */
export function createKeyReader(onKey: (key: Key) => void, escapeWithinMs = ESCAPE_WITHIN_MS): KeyReader {
  let rest = '';
  let timer: NodeJS.Timeout | undefined;
  const emit = (name: string, text = '') => onKey({ name, text });

  /** Takes one key from the beginning; answers with what is left, or undefined when more has to come. */
  const take = (input: string): string | undefined => {
    if (!input.startsWith(ESCAPE)) return takePlain(input, emit);
    const body = input.slice(1);
    if (body.startsWith(PASTE_START)) return takePaste(input, emit);
    const sequence = SEQUENCE.exec(body)?.[0];
    if (sequence !== undefined) {
      const name = SEQUENCES[sequence];
      if (name !== undefined) emit(name);
      return body.slice(sequence.length);
    }
    return UNFINISHED.test(body) ? undefined : takeAlt(body, emit);
  };
  const settle = () => {
    // What nobody goes on with was the key itself.
    const pending = rest;
    rest = '';
    if (pending === ESCAPE) emit('escape');
  };
  return {
    push(chunk) {
      clearTimeout(timer);
      rest += chunk;
      while (rest !== '') {
        const left = take(rest);
        if (left === undefined) break;
        rest = left;
      }
      if (rest !== '' && !rest.startsWith(ESCAPE + PASTE_START)) timer = setTimeout(settle, escapeWithinMs);
    },
    close: () => clearTimeout(timer),
  };
}

type Emit = (name: string, text?: string) => void;

function takePlain(input: string, emit: Emit): string {
  const control = input.search(CONTROL);
  if (control !== 0) {
    const text = control === -1 ? input : input.slice(0, control);
    emit('text', text);
    return input.slice(text.length);
  }
  const [character = ''] = input;
  const code = character.charCodeAt(0);
  const letter = code >= 1 && code <= 26 ? `ctrl-${String.fromCharCode(code + 96)}` : undefined;
  const name = CONTROLS[character] ?? letter;
  if (name !== undefined) emit(name);
  return input.slice(1);
}

function takePaste(input: string, emit: Emit): string | undefined {
  const start = 1 + PASTE_START.length;
  const end = input.indexOf(PASTE_END, start);
  if (end === -1) return input.length > MAX_PASTE ? '' : undefined;
  emit('paste', input.slice(start, end));
  return input.slice(end + PASTE_END.length);
}

/** What means something together with Alt; before anything else an escape was a key of its own. */
const ALT = /^[bf123\r\u007f]$/;

function takeAlt(body: string, emit: Emit): string {
  const [character = ''] = body;
  if (!ALT.test(character)) {
    emit('escape');
    return body;
  }
  emit(`alt-${CONTROLS[character] ?? character}`);
  return body.slice(1);
}
