import { connectHost } from '@picoclaw/pid';
import { z } from 'zod';
import type { GatewayView } from './facts.ts';

/** What is used of the body of the launcher's `GET /api/gateway/status`. */
const GatewayStatus = z.object({
  gateway_status: z.enum(['running', 'starting', 'restarting', 'stopping', 'stopped', 'error']),
  pid: z.number().optional(),
  gateway_version: z.string().optional(),
  host: z.string().optional(),
  port: z.number().optional(),
  started_at: z.string().optional(),
  owned: z.boolean().optional(),
  gateway_start_reason: z.string().optional(),
  gateway_restart_required: z.boolean().optional(),
  config_default_model: z.string().optional(),
  boot_default_model: z.string().optional(),
  last_exit: z.object({ code: z.number().nullable(), signal: z.string().nullable(), at: z.string() }).optional(),
});

/** The gateway as the launcher tells of it; undefined when that is nothing we know. */
export function parseGatewayStatus(body: unknown): GatewayView | undefined {
  const parsed = GatewayStatus.safeParse(body);
  if (!parsed.success) return undefined;
  const status = parsed.data;
  const { gateway_status: state, pid, gateway_version: version, host, port, owned: isOwned, last_exit: end } = status;
  const address = host !== undefined && port !== undefined ? addressText(host, port) : undefined;
  const startedAt = Date.parse(status.started_at ?? '');
  const model = status.boot_default_model ?? status.config_default_model;
  const note = status.gateway_start_reason ?? (status.gateway_restart_required ? RESTART_NEEDED : undefined);
  return {
    state,
    ...(address !== undefined && { address }),
    ...(pid !== undefined && { pid }),
    ...(version !== undefined && { version }),
    ...(!Number.isNaN(startedAt) && { startedAt }),
    ...(model !== undefined && { model }),
    ...(isOwned !== undefined && { isOwned }),
    ...(note !== undefined && { note }),
    ...(end !== undefined && {
      lastExit: `${end.signal ?? `code ${end.code}`}, ${new Date(end.at).toLocaleString('sv')}`,
    }),
  };
}

const RESTART_NEEDED = 'The configuration has changed in a way that a restart takes up: press r.';

function addressText(host: string, port: number): string {
  const name = connectHost({ host });
  return `${name.includes(':') ? `[${name}]` : name}:${port}`;
}
