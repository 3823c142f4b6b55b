import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { sendError } from '../errors.ts';
import { applyToGateway } from '../gateway/apply-to-gateway.ts';
import type { Supervisor } from '../gateway/supervise.ts';
import type { Models } from '../models.ts';

interface ModelRoutesOptions {
  readonly models: Models;
  readonly supervisor: Supervisor;
}

const DefaultBody = z.strictObject({ model_name: z.string().min(1).max(256).nullable() });

/** `/api/models`: what may answer, and which one does; a changed default counts from the next message on. */
export async function modelRoutes(app: FastifyInstance, { models, supervisor }: ModelRoutesOptions): Promise<void> {
  app.get('/api/models', () => models.list());
  app.put('/api/models/default', { config: { readsBody: true } }, async (request, reply) => {
    const body = DefaultBody.safeParse(request.body);
    if (!body.success) {
      const message = 'Send {"model_name": "<a name of model_list>"}, or null for the built-in agent.';
      return sendError(request, reply, 'invalid_body', { message });
    }
    const { model_name: name } = body.data;
    if (!(await models.setDefault(name))) {
      return sendError(request, reply, 'unknown_model', { message: `No entry of model_list is named "${name}".` });
    }
    const { reloaded } = await applyToGateway(supervisor);
    request.log.info({ code: 'default_model_changed', model: name, reloaded }, 'the default model was changed');
    return { status: 'ok', default_model: name, reloaded };
  });
}
