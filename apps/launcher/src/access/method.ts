import fp from 'fastify-plugin';
import createRouter from 'find-my-way';
import { sendError } from '../errors.ts';

type Router = ReturnType<typeof createRouter>;

/**
 * The method gate: every method that a path has no route for is answered by 405 and `Allow` (RFC 9110, 15.5.6), where
 * Fastify would say 404, or take the next wider pattern. Before the gates that ask who it is, and before any body is read.
 */
export const methodGate = fp(
  async (app) => {
    const methods = new Map<string, Set<string>>();
    app.addHook('onRoute', ({ url, method }) => {
      const known = methods.get(url) ?? new Set();
      for (const name of [method].flat()) known.add(name);
      methods.set(url, known);
    });
    // Made when it is needed first. A route for each method that a path does not have would be two thousand of them, whose
    // making is longer than the rest of a start.
    let patterns: Router | undefined;
    const methodsOf = (path: string) => {
      patterns ??= routerOf(methods);
      return patterns.find('GET', path)?.store as ReadonlySet<string> | undefined;
    };
    const isForAll = (known: ReadonlySet<string>) => app.supportedMethods.every((name) => known.has(name));

    app.addHook('onRequest', (request, reply, done) => {
      const { url: pattern = '*' } = request.routeOptions;
      // Only where the router had to take a wide pattern, or none, may there be a nearer one with other methods.
      if (!pattern.endsWith('*')) return done();
      const known = methodsOf(request.raw.url ?? '');
      if (known === undefined || known.has(request.method) || isForAll(known)) return done();
      sendError(request, reply, 'method_not_allowed', { headers: { allow: [...known].sort().join(', ') } });
    });
  },
  { name: 'method-gate' },
);

/** Knows the nearest pattern of a path, whatever its methods are. */
function routerOf(methods: ReadonlyMap<string, ReadonlySet<string>>): Router {
  const router = createRouter();
  for (const [url, known] of methods) router.on('GET', url, () => {}, known);
  return router;
}
