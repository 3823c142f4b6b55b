import { get } from './row.ts';

/** What a row's placeholders stand for on one side. */
export interface Target {
  /** Answers GET by 200. */
  readonly path: string;
  /** Answers POST with `body` by 200, or by 405 where nothing is posted. */
  readonly post: string;
  readonly body: string;
  /** Answers a handshake by 101. */
  readonly socket: string;
  readonly token: string;
}

/** A row's bytes for one side. `{x}` is a text, `{x:x}` its length in hex; lengths are those of what is sent in the end. */
export function fill(bytes: string, { path, post, body, socket, token }: Target): string {
  const own = { path, post, socket, auth: `Authorization: Bearer ${token}` };
  const smuggled = replaceAll(get(), own);
  const hex = (text: string) => text.length.toString(16);
  return replaceAll(bytes, {
    ...own,
    body,
    length: String(body.length),
    'length:x': hex(body),
    rest: body.slice(1),
    'rest:x': hex(body.slice(1)),
    chunks: `${hex(body)}\r\n${body}\r\n0\r\n\r\n`,
    smuggled: String(smuggled.length),
    'smuggled+5': String(smuggled.length + 5),
    'smuggled:x': hex(smuggled),
  });
}

const replaceAll = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\{([a-z]+(?::x|\+5)?)\}/g, (whole, name: string) => values[name] ?? whole);
