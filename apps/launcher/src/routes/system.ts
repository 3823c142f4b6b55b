import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { lockOutIssues } from '../access/lock-out.ts';
import { sendError } from '../errors.ts';
import { applyToGateway } from '../gateway/apply-to-gateway.ts';
import type { Supervisor } from '../gateway/supervise.ts';
import type { SettingIssue, Settings } from '../settings.ts';

interface SystemOptions {
  readonly version: string;
  /** Of launcher-config.json. */
  readonly settings: Settings;
  /** Of config.json. */
  readonly gatewaySettings: Settings;
  readonly supervisor: Supervisor;
}

const ChangesBody = z.record(z.string(), z.unknown());

/** `/api/system/*`. */
export async function systemRoutes(app: FastifyInstance, options: SystemOptions): Promise<void> {
  const { version, settings, gatewaySettings, supervisor } = options;
  app.get('/api/system/version', async () => ({ version, node: process.versions.node }));

  app.get('/api/system/launcher-config', async () => settings.load());
  app.put('/api/system/launcher-config', { config: { readsBody: true } }, async (request, reply) => {
    const isConfirmed = (request.query as { confirm?: unknown }).confirm === '1';
    const issues = await store(settings, request, reply, !isConfirmed);
    if (issues !== undefined) return issues;
    const config = settings.load();
    // What the process listens on and whom it lets in is decided at its start.
    return { status: 'ok', restart_required: (config['restart_pending'] as string[]).length > 0, config };
  });

  app.get('/api/system/gateway-config', async () => gatewaySettings.load());
  app.put('/api/system/gateway-config', { config: { readsBody: true } }, async (request, reply) => {
    const issues = await store(gatewaySettings, request, reply, false);
    if (issues !== undefined) return issues;
    const { reloaded, restartNeeded } = await applyToGateway(supervisor);
    request.log.info({ code: 'gateway_settings_changed', reloaded }, 'settings of the gateway were changed');
    return { status: 'ok', reloaded, restart_required: restartNeeded, config: gatewaySettings.load() };
  });
  app.all('/api/*', (request, reply) => sendError(request, reply, 'not_found'));
}

/** Stores the changes of the body; answers with the refusal when they are not to be had. */
async function store(settings: Settings, request: FastifyRequest, reply: FastifyReply, guardsWayIn: boolean) {
  const body = ChangesBody.safeParse(request.body);
  if (!body.success) return sendError(request, reply, 'invalid_body', { message: 'Send the settings to change.' });
  const checked = settings.check(body.data);
  if (!checked.ok) return sendError(request, reply, 'invalid_body', told(checked.issues));
  const { changes, after } = checked;
  const lockOut = guardsWayIn ? lockOutIssues(request, after, Object.keys(changes)) : [];
  if (lockOut.length > 0) return sendError(request, reply, 'would_lock_out', { issues: lockOut });
  const issues = await settings.save(changes);
  if (issues.length > 0) return sendError(request, reply, 'invalid_body', told(issues));
  return undefined;
}

const told = (issues: readonly SettingIssue[]) => ({
  message: `${issues.map(({ key, message }) => `${key} ${message}`).join('; ')}.`,
  issues,
});

interface HealthOptions {
  /** What keeps the launcher from being ready, in words that anybody may read; empty when it is. */
  readonly problems: () => readonly string[];
}

/** `/health` and `/ready`: open, and without detail of the machine or its settings. */
export async function healthRoutes(app: FastifyInstance, { problems }: HealthOptions): Promise<void> {
  app.get('/health', { config: { public: true, plainHere: true } }, async () => ({ status: 'ok' }));
  app.get('/ready', { config: { public: true, plainHere: true } }, async (_request, reply) => {
    const found = problems();
    if (found.length === 0) return { status: 'ready' };
    return reply.code(503).send({ status: 'not ready', problems: found });
  });
}
