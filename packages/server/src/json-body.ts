import { isUtf8 } from 'node:buffer';
import fp from 'fastify-plugin';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The handler reads the body. All other routes take none; `{}`, which some clients send always, is none. */
    readsBody?: true;
  }
}

/** A body that is not JSON as RFC 8259 wants it between systems, or not for this route. Becomes 400. */
class JsonBodyError extends Error {
  override readonly name = 'JsonBodyError';
  readonly code = 'invalid_body';
  readonly statusCode = 400;
}

const BYTE_ORDER_MARK = 0xef;

/**
 * Reads JSON bodies strictly. Node's decoder replaces broken UTF-8, and `JSON.parse` takes the last of several keys with one
 * name, where a proxy in front may have judged the first (RFC 8259, 4 and 8.1). `__proto__` is refused by Fastify's parser.
 */
export const jsonBody = fp(
  async (app) => {
    // `text/plain` is what a foreign page may post without asking.
    app.removeContentTypeParser(['application/json', 'text/plain']);
    const parse = app.getDefaultJsonParser('error', 'error');
    app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
      if (bytes.length === 0) return done(null, undefined);
      if (bytes[0] === BYTE_ORDER_MARK || !isUtf8(bytes)) return done(new JsonBodyError('not plain UTF-8'));
      const text = bytes.toString('utf8');
      void parse(request, text, (error, value) => {
        if (error !== null) return done(error);
        if (countWrittenKeys(text) !== countKeys(value)) return done(new JsonBodyError('a key is written twice'));
        if (typeof value !== 'object' || value === null || Array.isArray(value))
          return done(new JsonBodyError('not an object'));
        return done(null, value);
      });
    });
    app.addHook('preValidation', (request, _reply, done) => {
      const { body } = request;
      if (typeof body !== 'object' || body === null || request.is404) return done();
      // An order with a body that nobody reads was meant for another address, or for another version of this one.
      const isUnwanted = request.routeOptions.config.readsBody !== true && Object.keys(body).length > 0;
      done(isUnwanted ? new JsonBodyError('no body is read here') : undefined);
    });
  },
  { name: 'json-body', fastify: '5.x' },
);

/** In valid JSON a string with a colon behind it is a key, and nothing else is. */
function countWrittenKeys(text: string): number {
  return [...text.matchAll(/"(?:[^"\\]|\\.)*"([ \t\r\n]*:)?/g)].filter(([, colon]) => colon !== undefined).length;
}

/** Without recursion: nesting is for the sender to choose. */
function countKeys(root: unknown): number {
  let count = 0;
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null) continue;
    const nested = Object.values(value);
    if (!Array.isArray(value)) count += nested.length;
    open.push(...nested);
  }
  return count;
}
