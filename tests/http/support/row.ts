/** Where a row's bytes go: the launcher's own pages, what it proxies to the gateway (which counts), the gateway itself. */
export type Side = 'launcher' | 'proxied' | 'gateway';

/** What has to become of a row's bytes. */
export interface Expected {
  /** The status of every reply to them, in order. */
  readonly replies: readonly number[];
  /** Whether the connection goes on: then, and only then, the request that is sent behind every row is answered too. */
  readonly isOpen: boolean;
  /** How many requests reach the gateway behind the launcher. */
  readonly upstream: number;
}

/** Several outcomes are right, for this reason. */
export interface AnyOf {
  readonly because: string;
  readonly anyOf: readonly Expected[];
}

type Expectation = Expected | AnyOf;

/** One line of the table. In `bytes`, `{path}`, `{post}`, `{socket}` and `{auth}` stand for what a side has under that name. */
export interface Row {
  readonly what: string;
  /** One character is one byte. */
  readonly bytes: string;
  /** Sides that are not named do not apply. */
  readonly expected: Readonly<Partial<Record<Side, Expectation>>>;
}

const outcome = (replies: readonly number[], isOpen: boolean): Expected => ({
  replies,
  isOpen,
  upstream: replies.filter((status) => status === 200 || status === 101).length,
});

/** Answered, and the connection is as good as before. Every 200 of what is proxied is one request at the gateway. */
export const keeps = (...replies: number[]): Expected => outcome(replies, true);

/** Answered and closed: nothing that came behind is looked at. */
export const closes = (...replies: number[]): Expected => outcome(replies, false);

/** The same, with another number of requests at the gateway. */
export const reaching = (upstream: number, expected: Expected): Expected => ({ ...expected, upstream });

export const either = (because: string, ...anyOf: Expected[]): AnyOf => ({ because, anyOf });

export const row = (what: string, bytes: string, expected: Expectation | Row['expected']): Row => ({
  what,
  bytes,
  expected:
    'replies' in expected || 'anyOf' in expected
      ? { launcher: expected, proxied: expected, gateway: expected }
      : expected,
});

/** Lines as the head of a message. */
export const head = (...lines: string[]): string => `${lines.join('\r\n')}\r\n\r\n`;

/** A good request with further lines. */
export const get = (...lines: string[]): string => head('GET {path} HTTP/1.1', 'Host: localhost', '{auth}', ...lines);

/** A good request that has a body; the body follows. */
export const post = (...lines: string[]): string =>
  head('POST {post} HTTP/1.1', 'Host: localhost', '{auth}', 'Content-Type: application/json', ...lines);

/** A good WebSocket handshake, with lines instead of some of its own: a name without a value takes a line away. */
export function handshake(changes: Readonly<Record<string, string | undefined>> = {}, line = 'GET {socket} HTTP/1.1') {
  const lines = { ...HANDSHAKE, ...changes };
  const present = Object.entries(lines).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  return head(line, '{auth}', ...present);
}

const HANDSHAKE: Readonly<Record<string, string | undefined>> = {
  Host: 'localhost',
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};
