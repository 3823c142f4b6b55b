import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Secret } from '@picoclaw/auth';
import { encodeFrame, parseServerFrame, Subprotocol, tokenSubprotocol } from '@picoclaw/protocol';
import { WebSocket } from 'ws';
import { isThisMachine } from '../facts/this-machine.ts';
import { readAnswer } from './answer.ts';
import type { Observation } from './observation.ts';
import type { Method } from './way.ts';

/** What is presented to a server; without a token it only shows who is there. */
export interface Presentation {
  readonly token?: { readonly value: Secret; readonly method: Exclude<Method, 'api'> } | undefined;
  readonly origin?: string | undefined;
  /** This home's launcher, on this machine: its certificate is for the names by which others know it. */
  readonly isOwn?: boolean;
}

/** Longer than a launcher waits for a silent gateway (10 s), so that its 504 is seen. */
const TIMEOUT_MS = 12_000;
const CLOSE_WITHIN_MS = 1_000;
const MAX_PAYLOAD_BYTES = 1024 * 1024;
/** What Node lets into a header line, and what a server reads as one token. */
const HEADER_SAFE = /^[^\p{Cc}\s]+$/u;

/** Opens a WebSocket, has a ping answered, and closes it again; nothing is said in the chat. */
export function observe(
  url: string,
  presentation: Presentation,
  { timeoutMs = TIMEOUT_MS }: { readonly timeoutMs?: number } = {},
): Promise<Observation> {
  const dressed = dress(url, presentation);
  if (dressed === undefined) return Promise.resolve({ kind: 'skipped', why: 'token_unfit' });
  const { target, protocols, headers } = dressed;
  const socket = new WebSocket(target, protocols, {
    ...{ headers, perMessageDeflate: false, maxPayload: MAX_PAYLOAD_BYTES, closeTimeout: CLOSE_WITHIN_MS },
    ...(presentation.origin !== undefined && { origin: presentation.origin }),
    ...(presentation.isOwn && isThisMachine(target.hostname) && { rejectUnauthorized: false }),
  });
  return new Promise((resolve) => {
    let isSettled = false;
    const finish = (observation: Observation) => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(timer);
      // Only when it is gone: it may be the one connection that is allowed.
      void leave(socket).then(() => resolve(observation));
    };
    const timer = setTimeout(
      () => finish(socket.readyState === WebSocket.OPEN ? { kind: 'silent' } : { kind: 'failed', code: 'timeout' }),
      timeoutMs,
    );
    watchHandshake(socket, protocols, finish);
    watchPong(socket, finish);
  });
}

type Finish = (observation: Observation) => void;

/** `ws` tells what is wrong with a 101 in words only, so its parts are looked at. */
function watchHandshake(socket: WebSocket, protocols: readonly string[], finish: Finish): void {
  let accepted: IncomingMessage | undefined;
  socket.once('upgrade', (response) => {
    accepted = response;
  });
  socket.once('unexpected-response', (_request, response) => void readAnswer(response).then(finish));
  // Stays: what is ended before it is open tells an error as well.
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (accepted === undefined) finish({ kind: 'failed', code: error.code ?? error.name });
    else finish({ kind: 'malformed', isUnselected: isUnselected(accepted, protocols) });
  });
}

const isUnselected = ({ headers }: IncomingMessage, protocols: readonly string[]): boolean =>
  protocols.length > 0 && headers['sec-websocket-protocol'] === undefined;

function watchPong(socket: WebSocket, finish: Finish): void {
  const id = randomUUID();
  socket.once('open', () => socket.send(encodeFrame({ type: 'ping', id })));
  socket.on('message', (data) => {
    const parsed = parseServerFrame(String(data));
    if (parsed.ok && parsed.frame.type === 'pong' && parsed.frame.id === id) finish({ kind: 'connected' });
  });
  socket.once('close', (code) => finish({ kind: 'closed', code }));
}

async function leave(socket: WebSocket): Promise<void> {
  if (socket.readyState === WebSocket.CLOSED) return;
  // Not `once` of node:events, to which the error of an unfinished handshake would matter.
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  if (socket.readyState === WebSocket.OPEN) socket.close(1000);
  else socket.terminate();
  await closed;
}

interface Dressed {
  readonly target: URL;
  readonly protocols: string[];
  readonly headers: Record<string, string>;
}

/** Puts the token where the method wants it; `undefined` when it cannot stand there. */
function dress(url: string, { token }: Presentation): Dressed | undefined {
  const dressed: Dressed = { target: new URL(url), protocols: [], headers: {} };
  if (token === undefined) return dressed;
  const text = token.value.reveal();
  if (token.method === 'query') {
    dressed.target.searchParams.set('token', text);
    return dressed;
  }
  if (token.method === 'bearer') {
    // Node writes latin1: this way the letters beyond ASCII arrive as the UTF-8 that they are.
    dressed.headers['authorization'] = `Bearer ${Buffer.from(text, 'utf8').toString('latin1')}`;
    return HEADER_SAFE.test(text) ? dressed : undefined;
  }
  const subprotocol = tokenSubprotocol(text);
  if (subprotocol === undefined) return undefined;
  // As a browser should: the server selects the first, and does not repeat the token in its answer.
  dressed.protocols.push(Subprotocol.v1, subprotocol);
  return dressed;
}
