import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { destroyThis } from './destroy-after.ts';
import { openExchanges, trackExchanges, whenAnswered } from './exchanges.ts';
import { handshakeProblem, type RequestProblem } from './handshake.ts';
import { endAndLinger } from './linger.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** This route, and only such a route, may turn a request into a WebSocket. */
    upgrade?: true;
  }
}

/** The raw connection of an upgrade that a route has taken over, with the bytes that came right behind the request. */
export interface TakenUpgrade {
  readonly socket: Socket;
  readonly head: Buffer;
}

interface PendingUpgrade extends TakenUpgrade {
  readonly response: ServerResponse;
}

const kUpgrade = Symbol('upgrade');
type UpgradeRequest = IncomingMessage & { [kUpgrade]?: PendingUpgrade };

/** How long what came before an upgrade may still take to be answered, in milliseconds. */
const ANSWERS_MS = 1_000;

/**
 * Sends WebSocket upgrades through the same router and hooks as any request, so there is one authentication path.
 * Register it before every hook that may reply. What no route takes over is answered with a complete HTTP reply on the raw
 * socket, which is then closed: an upgrade never hangs and never leaks a descriptor.
 *
 * `refuse` turns a malformed handshake, or an upgrade of a route that has no `config.upgrade`, into the app's error reply.
 */
export const upgradeDispatcher = fp<{ refuse: (reply: FastifyReply, problem: RequestProblem) => FastifyReply }>(
  async (app, { refuse }) => {
    trackExchanges(app.server);
    const dispatch = (raw: UpgradeRequest, socket: Socket, head: Buffer) => {
      // Node has taken its own listener away: a client's reset before the answer would end the process.
      socket.on('error', destroyThis);
      if (openExchanges(socket).length > 0) return endBehindAnswers(socket);
      const response = new ServerResponse(raw);
      response.shouldKeepAlive = false;
      response.assignSocket(socket);
      response.once('finish', () => endRefused(response, socket));
      raw[kUpgrade] = { socket, head, response };
      app.routing(raw, response);
    };
    app.server.on('upgrade', dispatch);
    // No route can have that method; without a listener Node would close without a word.
    app.server.on('connect', dispatch);

    app.addHook('onRequest', (request, reply, done) => {
      const problem = isUpgrade(request) ? (handshakeProblem(request.raw) ?? routeProblem(request)) : undefined;
      if (problem === undefined) done();
      else refuse(reply, problem);
    });
  },
  { name: 'upgrade-dispatcher', fastify: '5.x' },
);

/** Whether this request asks for an upgrade. */
const isUpgrade = (request: FastifyRequest): boolean => (request.raw as UpgradeRequest)[kUpgrade] !== undefined;

function routeProblem(request: FastifyRequest): RequestProblem | undefined {
  if (request.is404 || request.routeOptions.config.upgrade === true) return undefined;
  return { statusCode: 400, code: 'not_a_websocket', message: 'This address does not speak WebSocket.' };
}

/**
 * Takes the socket out of Fastify's hands; from here the caller answers for it until it is closed.
 * `undefined` when the request is no upgrade, or has been answered.
 */
export function takeUpgrade(request: FastifyRequest, reply: FastifyReply): TakenUpgrade | undefined {
  const pending = (request.raw as UpgradeRequest)[kUpgrade];
  if (pending === undefined || reply.sent) return undefined;
  reply.hijack();
  pending.response.detachSocket(pending.socket);
  return { socket: pending.socket, head: pending.head };
}

function endRefused(response: ServerResponse, socket: Socket): void {
  response.detachSocket(socket);
  endAndLinger(socket);
}

/**
 * An upgrade that came before the answers to earlier requests is not served: another response still writes to the socket, and
 * a second one on it would throw. Node has taken its flow control away too, so long answers are cut.
 */
function endBehindAnswers(socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), ANSWERS_MS);
  socket.once('close', () => clearTimeout(timer));
  whenAnswered(openExchanges(socket), () => socket.destroySoon());
}
