import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A message of a chat completion, as it was sent. */
export interface ChatMessage {
  readonly role: string;
  readonly content: string | readonly { readonly type: string; readonly text?: string }[];
}

/** The body of a request for a chat completion. */
export interface ChatBody {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
}

/** One request to the server, and the means to answer it step by step. */
export interface Exchange {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: ChatBody;
  /** Settles when the client has closed the request before the answer was complete. */
  readonly abandoned: Promise<void>;
  readonly isAbandoned: boolean;
  /** Begins a stream; the other calls that write to one do so by themselves. */
  begin(): void;
  text(text: string): void;
  thought(text: string, field?: 'reasoning_content' | 'reasoning'): void;
  /** A part of `delta.tool_calls`. */
  toolCall(part: Record<string, unknown>): void;
  usage(inputTokens: number, outputTokens: number): void;
  /** Writes to the stream as it is. */
  raw(bytes: string | Buffer): void;
  /** Ends the stream as it should end. */
  finish(reason?: string): void;
  /** Cuts the connection once what was written has left. */
  drop(): void;
  /** Answers with a status and a body, of JSON unless a type is given. */
  send(status: number, body: unknown, headers?: Readonly<Record<string, string>>): void;
}

/** How a request is answered; `wait` for something and the answer stalls. */
export type Behaviour = (exchange: Exchange) => void | Promise<void>;

/** A server of OpenAI-compatible chat completions for tests: it does what it is told, good or bad. */
export interface ModelServer {
  /** The `api_base`. */
  readonly url: string;
  /** All requests so far. */
  readonly exchanges: readonly Exchange[];
  /** How the next requests are answered, one each; after them each is answered as `otherwise` says. */
  next(...behaviours: Behaviour[]): void;
  otherwise(behaviour: Behaviour): void;
  /** The request of that number from 0, when it is there. */
  request(index: number): Promise<Exchange>;
  close(): Promise<void>;
}

/** Streams the pieces and ends. */
export function saying(...pieces: readonly string[]): Behaviour {
  return (exchange) => {
    for (const piece of pieces) exchange.text(piece);
    exchange.usage(7, pieces.length);
    exchange.finish();
  };
}

/** Streams the words of the last message back. */
export const echoing: Behaviour = (exchange) => {
  for (const word of lastText(exchange.body).match(/\S+\s*/g) ?? ['…']) exchange.text(word);
  exchange.finish();
};

/** Streams the pieces and then nothing more. */
export function stalling(...pieces: readonly string[]): Behaviour {
  return (exchange) => {
    exchange.begin();
    for (const piece of pieces) exchange.text(piece);
  };
}

/** Takes the request and never answers. */
export const silent: Behaviour = () => undefined;

/** Streams the pieces, then the connection breaks. */
export function dropping(...pieces: readonly string[]): Behaviour {
  return (exchange) => {
    exchange.begin();
    for (const piece of pieces) exchange.text(piece);
    exchange.drop();
  };
}

/** Answers with an error as OpenAI words it. */
export function failing(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Behaviour {
  return (exchange) => exchange.send(status, { error: { message, type: 'error', code: null } }, headers);
}

/** Answers with a page, as proxies do. */
export function page(status: number): Behaviour {
  const html = `<!doctype html><html><body><h1>${status} from a proxy</h1></body></html>`;
  return (exchange) => exchange.send(status, html, { 'content-type': 'text/html' });
}

/** Answers in one piece. */
export function whole(text: string): Behaviour {
  return (exchange) => {
    const message = { role: 'assistant', content: text };
    const usage = { prompt_tokens: 7, completion_tokens: 1, total_tokens: 8 };
    exchange.send(200, { object: 'chat.completion', choices: [{ index: 0, message, finish_reason: 'stop' }], usage });
  };
}

/** What a person wrote last. */
function lastText({ messages }: ChatBody): string {
  const content = messages.at(-1)?.content ?? '';
  return typeof content === 'string' ? content : content.map(({ text = '' }) => text).join('');
}

/** Starts a server on a free port of the loopback; it streams the words back until it is told otherwise. */
export async function startModelServer(port = 0): Promise<ModelServer> {
  const exchanges: Exchange[] = [];
  const planned: Behaviour[] = [];
  const waiting = new Map<number, (exchange: Exchange) => void>();
  let otherwise: Behaviour = echoing;
  const server = createServer(async (request, response) => {
    const exchange = createExchange(request, response, await readBody(request));
    const index = exchanges.push(exchange) - 1;
    waiting.get(index)?.(exchange);
    await (planned.shift() ?? otherwise)(exchange);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    exchanges,
    next: (...behaviours) => void planned.push(...behaviours),
    otherwise: (behaviour) => {
      otherwise = behaviour;
    },
    async request(index) {
      return exchanges[index] ?? new Promise((resolve) => waiting.set(index, resolve));
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function readBody(request: IncomingMessage): Promise<ChatBody> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? { model: '', messages: [] } : JSON.parse(text);
}

function createExchange(request: IncomingMessage, response: ServerResponse, body: ChatBody): Exchange {
  let isAbandoned = false;
  const abandoned = new Promise<void>((resolve) => {
    response.once('close', () => {
      if (response.writableFinished) return;
      isAbandoned = true;
      resolve();
    });
  });
  const begin = () => {
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
  };
  const raw = (bytes: string | Buffer) => {
    begin();
    response.write(bytes);
  };
  const chunk = (content: object) => {
    const head = { id: 'chatcmpl-test', object: 'chat.completion.chunk', created: 1, model: body.model };
    raw(`data: ${JSON.stringify({ ...head, ...content })}\n\n`);
  };
  const delta = (part: object, finish_reason: string | null = null) =>
    chunk({ choices: [{ index: 0, delta: part, finish_reason }] });
  return {
    path: request.url ?? '',
    headers: request.headers,
    body,
    abandoned,
    get isAbandoned() {
      return isAbandoned;
    },
    begin,
    text: (content) => delta({ content }),
    thought: (text, field = 'reasoning_content') => delta({ [field]: text }),
    toolCall: (part) => delta({ tool_calls: [part] }),
    usage(prompt_tokens, completion_tokens) {
      const usage = { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
      if (body.stream_options?.include_usage) chunk({ choices: [], usage });
    },
    raw,
    finish(reason = 'stop') {
      delta({}, reason);
      response.end('data: [DONE]\n\n');
    },
    drop: () => response.socket?.destroySoon(),
    send(status, content, headers = {}) {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof content === 'string' ? content : JSON.stringify(content));
    },
  };
}
