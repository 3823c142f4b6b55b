import { connect } from 'node:net';

/** One reply as it came over the wire. */
export interface Reply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Far more than any answer takes; what is not answered by then hangs. */
const HANGS_AFTER_MS = 10_000;

/** Sends bytes on a connection of their own and reads replies until the server closes it, or switches protocols. */
export function exchange(port: number, bytes: string): Promise<Reply[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1').setEncoding('latin1').setNoDelay(true);
    let text = '';
    const hangs = setTimeout(() => {
      socket.destroy();
      reject(new Error(`neither answered nor closed; so far came ${JSON.stringify(text)}`));
    }, HANGS_AFTER_MS);
    // A reset behind the replies is a way to close.
    socket.on('error', () => undefined);
    socket.on('data', (part) => {
      text += part;
      if (/^HTTP\/1\.1 101 /m.test(text)) socket.destroy();
    });
    socket.once('close', () => {
      clearTimeout(hangs);
      try {
        resolve(parseReplies(text));
      } catch (error) {
        reject(error);
      }
    });
    socket.write(bytes, 'latin1');
  });
}

/** Takes what a server sent apart into replies; throws when anything of it is no part of one. */
function parseReplies(text: string): Reply[] {
  const replies: Reply[] = [];
  let rest = text;
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n');
    const [statusLine = '', ...lines] = rest.slice(0, end).split('\r\n');
    const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(statusLine) ?? [];
    if (end < 0 || status === undefined)
      throw new Error(`no reply: ${JSON.stringify(rest)}, of ${JSON.stringify(text)}`);
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    if (status === '101') return [...replies, { status: 101, headers, body: rest.slice(end + 4) }];
    const { body, length } = readBody(Number(status), headers, rest.slice(end + 4));
    replies.push({ status: Number(status), headers, body });
    rest = rest.slice(end + 4 + length);
  }
  return replies;
}

function readBody(status: number, headers: Reply['headers'], rest: string): { body: string; length: number } {
  if (status < 200 || status === 204 || status === 304) return { body: '', length: 0 };
  if (headers['transfer-encoding'] === 'chunked') return readChunks(rest);
  const length = Number(headers['content-length'] ?? rest.length);
  if (rest.length < length) throw new Error(`a body of ${rest.length} bytes where ${length} are announced`);
  return { body: rest.slice(0, length), length };
}

function readChunks(rest: string): { body: string; length: number } {
  let body = '';
  let at = 0;
  for (;;) {
    const lineEnd = rest.indexOf('\r\n', at);
    const size = Number.parseInt(rest.slice(at, lineEnd), 16);
    if (lineEnd < 0 || Number.isNaN(size)) throw new Error(`a broken chunk: ${JSON.stringify(rest.slice(at))}`);
    body += rest.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 4 + size;
    if (size === 0) return { body, length: at };
  }
}
