import type { FastifyPluginAsync } from 'fastify';
import { pidTokenGate } from '../access/pid-token-gate.ts';
import { sendError } from '../errors.ts';
import type { GatewayIdentity } from '../identity.ts';
import type { Reloader } from '../reloader.ts';
import type { SettingsHolder } from '../settings.ts';

interface ReloadOptions {
  readonly identity: GatewayIdentity;
  readonly settings: SettingsHolder;
  readonly reloader: Reloader;
}

/** `POST /reload`: reads the configuration again; with `?wait=1` the answer is the outcome. */
export const reloadRoute: FastifyPluginAsync<ReloadOptions> = async (app, { identity, settings, reloader }) => {
  app.post('/reload', { onRequest: pidTokenGate({ identity, settings }) }, async (request, reply) => {
    if (reloader.isBusy) return sendError(reply, 'reload_in_progress');
    const reload = reloader.reload();
    const { wait } = request.query as { wait?: unknown };
    if (wait !== '1' && wait !== 'true') return { status: 'reload triggered' };
    const outcome = await reload;
    if (outcome.state === 'rejected') return sendError(reply, 'config_invalid', { message: outcome.reason });
    return { status: 'reloaded', restart_needed: outcome.restartNeeded };
  });
};
