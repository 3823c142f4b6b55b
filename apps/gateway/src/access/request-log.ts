import fp from 'fastify-plugin';

/** One line per answered request, without the query string, which may hold a token; refusals are seen at `info`. */
export const requestLog = fp(
  async (app) => {
    app.addHook('onResponse', async (request, reply) => {
      const [path] = request.url.split('?', 1);
      const { statusCode } = reply;
      const line = { method: request.method, path, statusCode, ms: Math.round(reply.elapsedTime) };
      request.log[statusCode >= 400 ? 'info' : 'debug'](line, 'request');
    });
  },
  { name: 'request-log', fastify: '5.x' },
);
