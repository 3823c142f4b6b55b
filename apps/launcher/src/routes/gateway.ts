import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { sendError } from '../errors.ts';
import type { ReadGatewayStatus } from '../gateway/gateway-status.ts';
import type { OrderFailure, OrderResult, StartOptions } from '../gateway/orders.ts';
import type { Supervisor } from '../gateway/supervise.ts';

const logQuery = z.object({
  log_offset: z.coerce.number().int().min(0).default(0),
  log_run_id: z.string().max(64).optional(),
});

/** `?wait=1`: answer when the gateway is ready or has failed, not when its process runs. */
const startQuery = z.object({ wait: z.enum(['0', '1', 'false', 'true']).optional() });

interface GatewayRouteOptions {
  readonly supervisor: Supervisor;
  readonly readStatus: ReadGatewayStatus;
  /** Why the launcher does not start gateways, when it does not. */
  readonly startForbidden: string | undefined;
}

/** `/api/gateway/*`: what the gateway is doing, and orders to it (launcher-http.md, "Gateway"). */
export async function gatewayRoutes(app: FastifyInstance, options: GatewayRouteOptions): Promise<void> {
  const { supervisor, readStatus, startForbidden } = options;

  app.get('/api/gateway/status', () => readStatus());

  const order =
    (work: (how: StartOptions) => Promise<OrderResult>) => async (request: FastifyRequest, reply: FastifyReply) => {
      if (startForbidden !== undefined) return preconditionFailed(reply, startForbidden);
      const query = startQuery.safeParse(request.query);
      if (!query.success) return sendError(request, reply, 'bad_request', { message: 'wait is 0 or 1.' });
      const { wait = '0' } = query.data;
      const isAwaited = wait === '1' || wait === 'true';
      return answer(request, reply, await work({ until: isAwaited ? 'ready' : 'spawned' }), supervisor);
    };
  app.post(
    '/api/gateway/start',
    order((how) => supervisor.start(how)),
  );
  app.post(
    '/api/gateway/stop',
    order(() => supervisor.stop()),
  );
  app.post(
    '/api/gateway/restart',
    order((how) => supervisor.restart(how)),
  );

  app.get('/api/gateway/logs', async (request, reply) => {
    const query = logQuery.safeParse(request.query);
    if (!query.success) return sendError(request, reply, 'bad_request', { message: 'log_offset is a number from 0.' });
    await supervisor.refreshLog();
    return supervisor.log.page(query.data.log_offset, query.data.log_run_id);
  });
  app.post('/api/gateway/logs/clear', async () => {
    supervisor.log.clear();
    return { status: 'ok' };
  });
  app.post('/api/gateway/reload', async (request, reply) => {
    const reload = await supervisor.reload();
    if (!reload.ok && reload.reason === 'not_running') return sendError(request, reply, 'gateway_unavailable');
    if (!reload.ok) return refuse(request, reply, reload, supervisor);
    if (reload.answered) return reply.code(reload.status).send(reload.body);
    request.log.warn({ code: 'gateway_unavailable', err: reload.cause }, 'the gateway did not answer to a reload');
    return sendError(request, reply, 'gateway_unavailable');
  });
}

const preconditionFailed = (reply: FastifyReply, message: string) =>
  reply.code(400).send({ status: 'precondition_failed', error: 'precondition_failed', message });

function answer(request: FastifyRequest, reply: FastifyReply, result: OrderResult, supervisor: Supervisor) {
  if (result.ok) return reply.send({ status: 'ok', ...(result.pid !== undefined && { pid: result.pid }) });
  return refuse(request, reply, result, supervisor);
}

function refuse(request: FastifyRequest, reply: FastifyReply, { reason, message }: OrderFailure, { log }: Supervisor) {
  if (reason === 'not_running') return reply.send({ status: 'not_running' });
  if (reason === 'precondition_failed') return preconditionFailed(reply, message);
  if (reason === 'failed') {
    return reply.code(502).send({ error: 'gateway_start_failed', message, logs: log.tail(20) });
  }
  const codes = { busy: 'gateway_busy', not_a_gateway: 'not_a_gateway' } as const;
  return sendError(request, reply, codes[reason], { message });
}
