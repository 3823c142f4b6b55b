import type { Socket } from 'node:net';
import { destroyAfter } from '@picoclaw/server';
import { type ErrorCode, type ErrorDetails, rawErrorReply } from '../errors.ts';

const RETRY_SOON = { headers: { 'retry-after': '1' } };
const DETAILS: Partial<Record<ErrorCode, ErrorDetails>> = {
  gateway_unavailable: RETRY_SOON,
  too_many_pending: RETRY_SOON,
};

/** Answers an upgrade on its raw socket with a complete reply, and ends it. */
export function refuseSocket(client: Socket, code: ErrorCode, lingerMs: number): void {
  replyOnSocket(client, rawErrorReply(code, DETAILS[code]), lingerMs);
}

/** Writes a whole reply and ends the socket; what the client does not take within `lingerMs` it does not get. */
export function replyOnSocket(client: Socket, text: string, lingerMs: number): void {
  if (client.writable) client.end(text);
  // Reading on is what notices the client's end.
  client.resume();
  destroyAfter(client, lingerMs);
}
