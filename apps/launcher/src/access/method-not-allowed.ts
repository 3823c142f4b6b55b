import { METHODS } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { sendError } from '../errors.ts';

/**
 * Answers every method that a path has no route for with 405 and `Allow` (RFC 9110, 15.5.6), where Fastify would say 404.
 * Call before the routes are added; the answer with what to call after them.
 */
export function watchMethods(app: FastifyInstance): () => void {
  // CONNECT makes a tunnel and never reaches a router.
  const names = METHODS.filter((name) => name !== 'CONNECT');
  for (const name of names) if (!app.supportedMethods.includes(name as HTTPMethods)) app.addHttpMethod(name);
  const known = new Map<string, Set<string>>();
  let isDone = false;
  app.addHook('onRoute', ({ url, method }) => {
    if (isDone) return;
    const methods = known.get(url) ?? new Set();
    for (const name of [method].flat()) methods.add(name);
    known.set(url, methods);
  });
  return () => {
    isDone = true;
    for (const [url, methods] of known) {
      const allow = [...methods].sort().join(', ');
      const refuse = async (request: FastifyRequest, reply: FastifyReply) =>
        sendError(request, reply, 'method_not_allowed', { headers: { allow } });
      app.route({
        method: names.filter((name) => !methods.has(name)) as HTTPMethods[],
        url,
        config: { public: true },
        // As a hook, since no body is read for a method that is not there; the handler is for Fastify, which wants one.
        onRequest: refuse,
        handler: refuse,
      });
    }
  };
}
