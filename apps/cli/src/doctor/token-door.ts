import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import type { Secret } from '@picoclaw/auth';
import { channelCredential, connectHost, type PidRecord } from '@picoclaw/pid';
import { PicoPath, Subprotocol } from '@picoclaw/protocol';
import { z } from 'zod';
import type { AskLauncher } from '../facts/ask-launcher.ts';
import { PATIENT_MS } from './patience.ts';

/** What became of a token that was really tried; `unknown` = neither let in nor refused for its token. */
export interface DoorAnswer {
  readonly state: 'accepted' | 'refused' | 'unknown';
  /** `answered 401`, `did not answer (timeout)`. */
  readonly detail: string;
  /** Of the answer, where there was one. */
  readonly status?: number;
}

/** Tries a token where it counts. */
export type TokenDoor = (token: Secret) => Promise<DoorAnswer>;

/** What follows is not waited for. */
const CLOSES_WITHIN_MS = 400;

const AuthStatus = z.object({ authenticated: z.boolean() });

/** The launcher: asks with the token as Bearer. */
export function launcherDoor(ask: AskLauncher): TokenDoor {
  return async (token) => {
    const answer = await ask(token).catch(unsendable);
    if (answer === undefined) return UNSENDABLE;
    if (!answer.answered) return { state: 'unknown', detail: `did not answer (${answer.code})` };
    const { status } = answer;
    const detail = `answered ${status}`;
    if (status === 401) return { state: 'refused', detail, status };
    const isIn = AuthStatus.safeParse(answer.body).data?.authenticated === true;
    return { state: isIn ? 'accepted' : 'unknown', detail, status };
  };
}

/** The gateway of a record: opens `/pico/ws` as the launcher does, and closes it at once. */
export function gatewayDoor(record: PidRecord, { timeoutMs = PATIENT_MS } = {}): TokenDoor {
  return (token) => handshake(record, channelCredential(record, token), timeoutMs);
}

function handshake(record: PidRecord, token: Secret, timeoutMs: number): Promise<DoorAnswer> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const target = {
      host: connectHost(record),
      port: record.port,
      path: PicoPath.socket,
      agent: false,
      signal,
    } as const;
    const fail = (error: NodeJS.ErrnoException) =>
      resolve({ state: 'unknown', detail: `did not answer (${error.code ?? error.name})` });
    try {
      request({ ...target, headers: handshakeHeaders(token) })
        .once('upgrade', (_response, socket: Socket) => {
          resolve({ state: 'accepted', detail: 'answered 101', status: 101 });
          closeSocket(socket);
        })
        .once('response', (response) => {
          response.resume();
          const { statusCode: status = 0 } = response;
          resolve({ state: status === 401 ? 'refused' : 'unknown', detail: `answered ${status}`, status });
        })
        .once('error', fail)
        .end();
    } catch {
      resolve(UNSENDABLE);
    }
  });
}

const handshakeHeaders = (token: Secret) => ({
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': randomBytes(16).toString('base64'),
  'sec-websocket-protocol': Subprotocol.v1,
  authorization: `Bearer ${token.reveal()}`,
});

/** A masked close frame without a payload (RFC 6455 §5.5.1), so that the gateway does not log a connection that broke. */
function closeSocket(socket: Socket): void {
  socket.on('error', () => undefined);
  socket.end(Buffer.from([0x88, 0x80, 0, 0, 0, 0]));
  socket.resume();
  socket.setTimeout(CLOSES_WITHIN_MS, () => socket.destroy());
}

const UNSENDABLE: DoorAnswer = { state: 'unknown', detail: 'the token has characters that no header may have' };

function unsendable(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ERR_INVALID_CHAR') return undefined;
  throw error;
}
