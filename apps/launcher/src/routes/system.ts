import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { sendError } from '../errors.ts';

/** The settings of launcher-config.json that may be seen and changed; the token is not among them. */
export type LauncherSettings = Readonly<Record<string, unknown>>;

interface SystemOptions {
  readonly version: string;
  readonly settings: {
    load(): Promise<LauncherSettings>;
    /** Checks and stores; nothing is written when one value is wrong. */
    save(changes: LauncherSettings): Promise<{ ok: true } | { ok: false; message: string }>;
  };
}

/** `/api/system/*`. */
export async function systemRoutes(app: FastifyInstance, { version, settings }: SystemOptions): Promise<void> {
  app.get('/api/system/version', async () => ({ version, node: process.versions.node }));
  app.get('/api/system/launcher-config', () => settings.load());
  app.put('/api/system/launcher-config', async (request, reply) => {
    const body = z.record(z.string(), z.unknown()).safeParse(request.body);
    if (!body.success) return sendError(request, reply, 'invalid_body', { message: 'Send the settings to change.' });
    const saved = await settings.save(body.data);
    if (!saved.ok) return sendError(request, reply, 'invalid_body', { message: saved.message });
    // What the process listens on and whom it lets in is decided at its start.
    return { status: 'ok', restart_required: true, config: await settings.load() };
  });
  app.all('/api/*', (request, reply) => sendError(request, reply, 'not_found'));
}

interface HealthOptions {
  /** What keeps the launcher from being ready, in words that anybody may read; empty when it is. */
  readonly problems: () => readonly string[];
}

/** `/health` and `/ready`: open, and without detail of the machine or its settings. */
export async function healthRoutes(app: FastifyInstance, { problems }: HealthOptions): Promise<void> {
  app.get('/health', { config: { public: true } }, async () => ({ status: 'ok' }));
  app.get('/ready', { config: { public: true } }, async (_request, reply) => {
    const found = problems();
    if (found.length === 0) return { status: 'ready' };
    return reply.code(503).send({ status: 'not ready', problems: found });
  });
}
