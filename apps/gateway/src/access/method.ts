import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { sendError } from '../errors.ts';

/** Whether a path is one of a route with parameters (`/pico/media/:id`). */
function isOfPattern(path: string, pattern: string): boolean {
  const wanted = pattern.split('/');
  const given = path.split('/');
  return wanted.length === given.length && wanted.every((part, at) => part.startsWith(':') || part === given[at]);
}

/** Answers a known path with a wrong method by 405 and `Allow`, which Fastify calls not found; all else by 404. */
export const methodGate = fp(
  async (app) => {
    const methods = new Map<string, Set<string>>();
    app.addHook('onRoute', ({ url, method }) => {
      const known = methods.get(url) ?? new Set();
      methods.set(url, known);
      for (const name of [method].flat()) known.add(name);
    });

    const methodsOf = (path: string) =>
      methods.get(path) ?? [...methods].find(([pattern]) => isOfPattern(path, pattern))?.[1];

    const answer = async (request: FastifyRequest, reply: FastifyReply) => {
      const [path = ''] = request.url.split('?', 1);
      const allowed = methodsOf(path.replace(/(.)\/$/, '$1'));
      if (allowed === undefined || allowed.has(request.method)) return sendError(reply, 'not_found');
      return sendError(reply, 'method_not_allowed', { headers: { allow: [...allowed].sort().join(', ') } });
    };
    // As a hook, since no body is read, nor judged, for what is not there; the handler is for Fastify, which wants one.
    app.addHook('onRequest', async (request, reply) => (request.is404 ? answer(request, reply) : undefined));
    app.setNotFoundHandler(answer);
  },
  { name: 'method-gate', fastify: '5.x' },
);
