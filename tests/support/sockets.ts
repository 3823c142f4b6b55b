import { once } from 'node:events';
import { WebSocket } from 'ws';

/** What became of a WebSocket handshake: `101`, or the status of the refusal with its headers and body. */
export interface Handshake {
  readonly status: number;
  readonly socket: WebSocket;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

interface HandshakeOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly protocols?: readonly string[];
}

/** Tries to open a WebSocket. */
export async function handshake(
  url: string,
  { headers = {}, protocols = [] }: HandshakeOptions = {},
): Promise<Handshake> {
  const socket = new WebSocket(url, [...protocols], { headers });
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve({ status: 101, socket, headers: {}, body: '' }));
    socket.once('unexpected-response', (_request, response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, socket, headers: response.headers, body }),
      );
    });
    socket.once('error', reject);
  });
}

/** Sends a message and collects frames until one of the type comes; answers with that one. */
export async function ask(
  socket: WebSocket,
  content: string,
  type = 'typing.stop',
): Promise<Record<string, unknown>[]> {
  const frames: Record<string, unknown>[] = [];
  const done = new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as Record<string, unknown>;
      frames.push(frame);
      if (frame['type'] === type) resolve();
    });
  });
  socket.send(JSON.stringify({ type: 'message.send', id: 'ask', payload: { content } }));
  await Promise.race([done, once(socket, 'close')]);
  return frames;
}

/** The text of the last message that the frames make. */
export function answerIn(frames: readonly Record<string, unknown>[]): string {
  const messages = frames.filter(({ type }) => type === 'message.create' || type === 'message.update');
  return String((messages.at(-1)?.['payload'] as { content?: unknown } | undefined)?.content ?? '');
}
