import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A request with its answer, of which at least one has not come, or gone, in full. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Set when the response has left the connection; `writableFinished` is true while it still holds it. */
  isAnswered: boolean;
}

const kExchanges = Symbol('exchanges');
type TrackedSocket = Socket & { [kExchanges]?: readonly Exchange[] };

/** Keeps, for each connection of a server, which requests are being answered: with pipelining there are several. */
export function trackExchanges(server: Server): void {
  server.prependListener('request', (request, response) => {
    const socket = request.socket as TrackedSocket;
    const exchange: Exchange = { request, response, isAnswered: false };
    response.once('close', () => {
      exchange.isAnswered = true;
    });
    socket[kExchanges] = [...openExchanges(socket), exchange];
  });
}

/** What is going on on a connection, in the order in which it came. */
export const openExchanges = (socket: Socket): readonly Exchange[] =>
  ((socket as TrackedSocket)[kExchanges] ?? []).filter(isOpen);

const isOpen = ({ request, isAnswered }: Exchange): boolean => !request.complete || !isAnswered;

/** Calls back once all of these have been answered; nothing else may be written to their connection before. */
export function whenAnswered(exchanges: readonly Exchange[], callback: () => void): void {
  const unanswered = exchanges.filter(({ isAnswered }) => !isAnswered);
  let waitingFor = unanswered.length;
  if (waitingFor === 0) callback();
  for (const { response } of unanswered) {
    response.once('close', () => {
      waitingFor -= 1;
      if (waitingFor === 0) callback();
    });
  }
}
