import { hostSyntaxProblem } from '@picoclaw/server';
import fp from 'fastify-plugin';
import { sendError } from '../errors.ts';

/** Refuses requests with two, no or malformed `Host` lines (RFC 9112, 3.2); Node takes the first of two. */
export const hostGate = fp(
  async (app) => {
    app.addHook('onRequest', async (request, reply) => {
      const problem = hostSyntaxProblem(request.raw);
      if (problem !== undefined) return sendError(reply, 'bad_host', { message: problem });
    });
  },
  { name: 'host-gate', fastify: '5.x' },
);
