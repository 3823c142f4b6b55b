import type { FastifyInstance } from 'fastify';
import type { MetricSources } from '../metrics/metrics.ts';

/** `GET /metrics`: Prometheus text, for a session or the launcher token. */
export async function metricsRoute(app: FastifyInstance, sources: MetricSources): Promise<void> {
  let registry: ReturnType<typeof load> | undefined;
  // What nobody scrapes costs nothing: loading the library takes longer than the rest of a start.
  const load = async () => (await import('../metrics/metrics.ts')).createMetrics(sources);
  app.get('/metrics', async (_request, reply) => {
    registry ??= load();
    const { contentType, metrics } = await registry.then((one) => ({
      contentType: one.contentType,
      metrics: one.metrics(),
    }));
    return reply
      .type(contentType)
      .header('cache-control', 'no-store')
      .send(await metrics);
  });
}
