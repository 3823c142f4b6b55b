import { PicoPath } from '@picoclaw/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { withoutToken } from '../access/token-link.ts';
import { sendError } from '../errors.ts';
import type { FindGateway } from '../gateway/find-gateway.ts';
import { askGateway } from '../gateway/gateway-api.ts';

interface SessionApiOptions {
  readonly findGateway: FindGateway;
}

/** Of what the gateway may refuse here: everything else is its fault, or that of what the launcher asked. */
const PASSED_ON: Readonly<Record<number, 'session_not_found' | 'bad_request'>> = {
  400: 'bad_request',
  404: 'session_not_found',
};

/** `/api/sessions`: the conversations, which the gateway keeps (gateway.md, "History"). */
export async function sessionApiRoutes(app: FastifyInstance, { findGateway }: SessionApiOptions): Promise<void> {
  const forward = (method: 'GET' | 'DELETE') => async (request: FastifyRequest, reply: FastifyReply) => {
    const gateway = await findGateway();
    if (gateway.state !== 'running') return unavailable(request, reply, gateway.reason);
    const { id } = request.params as { id?: string };
    const [, ...queries] = withoutToken(request.url).split('?');
    const query = queries.length === 0 ? '' : `?${queries.join('?')}`;
    const path = `${PicoPath.sessions}${id === undefined ? '' : `/${encodeURIComponent(id)}`}${query}`;
    const answer = await askGateway(gateway, { method, path });
    if (!answer.answered) {
      request.log.warn({ code: 'gateway_unavailable', err: answer.cause }, 'the gateway did not answer');
      if (answer.why === 'timeout') return sendError(request, reply, 'gateway_timeout');
      if (answer.why === 'too_large') return sendError(request, reply, 'bad_gateway', { message: NOT_EXPECTED });
      return unavailable(request, reply, 'The gateway is not reachable.');
    }
    const refusal = PASSED_ON[answer.status];
    if (refusal !== undefined) return sendError(request, reply, refusal, { message: messageOf(answer.body) });
    if (answer.status !== 200) return sendError(request, reply, 'bad_gateway', { message: NOT_EXPECTED });
    const total = answer.headers.get('x-total-count');
    if (total !== null) reply.header('x-total-count', total);
    return reply.type('application/json; charset=utf-8').send(Buffer.from(answer.body));
  };
  app.get('/api/sessions', forward('GET'));
  app.get('/api/sessions/:id', forward('GET'));
  app.delete('/api/sessions/:id', forward('DELETE'));
}

const NOT_EXPECTED = 'The gateway answered with something else than its sessions.';

const unavailable = (request: FastifyRequest, reply: FastifyReply, message: string) =>
  sendError(request, reply, 'gateway_unavailable', { message, headers: { 'retry-after': '1' } });

/** The sentence of a refusal; another implementation, which has no sessions to offer, may have sent anything. */
function messageOf(body: Uint8Array): string {
  try {
    const { message } = JSON.parse(Buffer.from(body).toString('utf8')) as { message?: unknown };
    return typeof message === 'string' ? message : NOT_EXPECTED;
  } catch {
    return NOT_EXPECTED;
  }
}
