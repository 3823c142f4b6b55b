import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type ErrorCode, sendError } from '../errors.ts';
import type { ChannelReader } from '../gateway/channel.ts';
import { reloadGateway } from '../gateway/reload.ts';
import type { OrderResult, StartOptions, Supervisor } from '../gateway/supervise.ts';

const logQuery = z.object({
  log_offset: z.coerce.number().int().min(0).default(0),
  log_run_id: z.string().max(64).optional(),
});

/** `?wait=1`: answer when the gateway is ready or has failed, not when its process runs. */
const startQuery = z.object({ wait: z.enum(['0', '1', 'false', 'true']).optional() });

interface GatewayRouteOptions {
  readonly supervisor: Supervisor;
  readonly channel: ChannelReader;
  /** Why the launcher does not start gateways, when it does not. */
  readonly startForbidden: string | undefined;
  readonly now?: () => number;
}

/** `/api/gateway/*`: what the gateway is doing, and orders to it (launcher-http.md, "Gateway"). */
export async function gatewayRoutes(app: FastifyInstance, options: GatewayRouteOptions): Promise<void> {
  const { supervisor, channel, startForbidden, now = Date.now } = options;

  app.get('/api/gateway/status', async () => {
    const { state, record, owned, lastExit, reason } = await supervisor.status();
    const { defaultModel } = await channel.read();
    const startedAt = record?.startedAt;
    return {
      gateway_status: state,
      ...(record && { pid: record.pid, gateway_version: record.version, host: record.host, port: record.port }),
      ...(startedAt && {
        started_at: startedAt,
        uptime_s: Math.max(0, Math.floor((now() - Date.parse(startedAt)) / 1000)),
      }),
      owned,
      gateway_start_allowed: startForbidden === undefined,
      ...((startForbidden ?? reason) && { gateway_start_reason: startForbidden ?? reason }),
      gateway_restart_required: false,
      ...(defaultModel !== undefined && { config_default_model: defaultModel }),
      ...(lastExit && { last_exit: lastExit }),
    };
  });

  const order =
    (work: (how: StartOptions) => Promise<OrderResult>) => async (request: FastifyRequest, reply: FastifyReply) => {
      if (startForbidden !== undefined) return preconditionFailed(reply, startForbidden);
      const query = startQuery.safeParse(request.query);
      if (!query.success) return sendError(request, reply, 'bad_request', { message: 'wait is 0 or 1.' });
      const { wait = '0' } = query.data;
      const isAwaited = wait === '1' || wait === 'true';
      return answer(request, reply, await work({ until: isAwaited ? 'ready' : 'spawned' }), supervisor);
    };
  app.post('/api/gateway/start', order(supervisor.start));
  app.post('/api/gateway/stop', order(supervisor.stop));
  app.post('/api/gateway/restart', order(supervisor.restart));

  app.get('/api/gateway/logs', async (request, reply) => {
    const query = logQuery.safeParse(request.query);
    if (!query.success) return sendError(request, reply, 'bad_request', { message: 'log_offset is a number from 0.' });
    return supervisor.log.page(query.data.log_offset, query.data.log_run_id);
  });
  app.post('/api/gateway/logs/clear', async () => {
    supervisor.log.clear();
    return { status: 'ok' };
  });
  app.post('/api/gateway/reload', async (request, reply) => {
    const { record } = await supervisor.status();
    if (record === undefined) return sendError(request, reply, 'gateway_unavailable');
    const reload = await reloadGateway(record);
    if (reload.answered) return reply.code(reload.status).send(reload.body);
    request.log.warn({ code: 'gateway_unavailable', err: reload.cause }, 'the gateway did not answer to a reload');
    return sendError(request, reply, 'gateway_unavailable');
  });
}

const preconditionFailed = (reply: FastifyReply, message: string) =>
  reply.code(400).send({ status: 'precondition_failed', error: 'precondition_failed', message });

function answer(request: FastifyRequest, reply: FastifyReply, result: OrderResult, supervisor: Supervisor) {
  if (result.ok) return reply.send({ status: 'ok', ...(result.pid !== undefined && { pid: result.pid }) });
  if (result.reason === 'not_running') return reply.send({ status: 'not_running' });
  if (result.reason === 'precondition_failed') return preconditionFailed(reply, result.message);
  if (result.reason === 'failed') {
    const body = { error: 'gateway_start_failed', message: result.message, logs: supervisor.log.tail(20) };
    return reply.code(502).send(body);
  }
  const codes: Record<'busy' | 'not_a_gateway', ErrorCode> = { busy: 'gateway_busy', not_a_gateway: 'not_a_gateway' };
  return sendError(request, reply, codes[result.reason], { message: result.message });
}
