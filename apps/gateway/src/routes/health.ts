import type { FastifyPluginAsync } from 'fastify';
import { formatUptime, type GatewayIdentity } from '../identity.ts';
import type { Readiness } from '../readiness.ts';

interface HealthOptions {
  readonly identity: GatewayIdentity;
  readonly readiness: Readiness;
  readonly now?: () => number;
}

/** `GET /health` (the process lives) and `GET /ready` (it can work); both are open, so neither says the pid or version. */
export const healthRoutes: FastifyPluginAsync<HealthOptions> = async (app, { identity, readiness, now = Date.now }) => {
  const about = () => ({ uptime: formatUptime(now() - identity.startedAt), instance_id: identity.instanceId });

  app.get('/health', async () => ({ status: 'ok', ...about() }));

  app.get('/ready', async (_request, reply) => {
    const { ready, phase, checks } = await readiness.report();
    if (ready) return { status: 'ready', ...about(), checks };
    return reply
      .code(503)
      .header('retry-after', '1')
      .send({ status: 'not ready', phase, ...about(), checks });
  });
};
