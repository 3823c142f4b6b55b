import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply } from 'fastify';
import fp from 'fastify-plugin';
import type { RequestProblem } from './handshake.ts';
import { hostSyntaxProblem } from './host-header.ts';

/** Far more than a browser and a row of proxies send; Node drops silently what is over its own limit. */
const MAX_HEADER_LINES = 200;

type RawRequest = Pick<IncomingMessage, 'method' | 'url' | 'httpVersion' | 'headers' | 'rawHeaders'>;

const refusal = (code: string, message: string): RequestProblem => ({ statusCode: 400, code, message });

/**
 * What is wrong with a request that Node's parser lets pass: whatever a proxy in front may read otherwise than we do, and so
 * judge another request than the one we serve.
 */
export function requestProblem(request: RawRequest): RequestProblem | undefined {
  const { headers, rawHeaders } = request;
  if (rawHeaders.length / 2 > MAX_HEADER_LINES) {
    return { statusCode: 431, code: 'headers_too_large', message: `More than ${MAX_HEADER_LINES} header lines.` };
  }
  if (request.method === 'CONNECT') {
    const message = 'CONNECT makes a tunnel, and none is made here.';
    return { statusCode: 405, code: 'method_not_allowed', message, headers: { allow: 'GET, HEAD' } };
  }
  // The parser also knows 0.9 and 2.0, whose messages look otherwise.
  if (request.httpVersion !== '1.1' && request.httpVersion !== '1.0') {
    return refusal('bad_request', `HTTP/${request.httpVersion} is not spoken here.`);
  }
  const host = hostSyntaxProblem(request);
  if (host !== undefined) return refusal('bad_host', host);
  // RFC 9112, 3.2: we are no proxy, and of whom absolute-form speaks is for Host to say.
  if (!request.url?.startsWith('/')) return refusal('bad_path', 'The address is not a path.');
  return (
    expectationProblem(headers.expect, request) ?? codingProblem(headers['transfer-encoding'], request.httpVersion)
  );
}

function expectationProblem(expectation: string | undefined, { httpVersion }: RawRequest): RequestProblem | undefined {
  // RFC 9110, 10.1.1: HTTP/1.0 knows no expectations.
  if (expectation === undefined || httpVersion === '1.0' || expectation.toLowerCase() === '100-continue')
    return undefined;
  return { statusCode: 417, code: 'expectation_failed', message: 'Only "Expect: 100-continue" is met.' };
}

function codingProblem(coding: string | undefined, httpVersion: string): RequestProblem | undefined {
  if (coding === undefined) return undefined;
  // RFC 9112, 6.1: who speaks HTTP/1.0 in front of us has not seen chunks in it.
  if (httpVersion !== '1.1') return refusal('bad_request', 'HTTP/1.0 has no Transfer-Encoding.');
  // Node takes away the chunks and hands on the rest as if it were plain; two lines come as a list.
  if (coding.toLowerCase() !== 'chunked') return refusal('bad_request', 'Only "Transfer-Encoding: chunked" is known.');
  return undefined;
}

const kCondemned = Symbol('condemned');
type JudgedSocket = Socket & { [kCondemned]?: true };

/**
 * The first gate of each app: refuses malformed requests and closes their connection. What the client sent behind one may
 * have been smuggled in with it, so it is not looked at (Node hands it out all the same).
 */
export const requestSyntax = fp<{ refuse: (reply: FastifyReply, problem: RequestProblem) => FastifyReply }>(
  async (app, { refuse }) => {
    // The gate counts by itself: from its 2000th line on Node would not even show a second Host.
    app.server.maxHeadersCount = 0;
    // Node would answer by itself, past every gate, and past whoever counts what is being answered.
    app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
    // Asynchronous, so that the gates behind it judge when the parser has seen all that came with the head: else a request
    // with a broken body would be answered as if it were whole, depending on how it was cut into packets.
    app.addHook('onRequest', async (request, reply) => {
      const socket = request.raw.socket as JudgedSocket;
      if (socket[kCondemned]) return reply.hijack();
      const problem = requestProblem(request.raw);
      if (problem === undefined) return;
      socket[kCondemned] = true;
      return refuse(reply.header('connection', 'close'), problem);
    });
  },
  { name: 'request-syntax', fastify: '5.x' },
);
