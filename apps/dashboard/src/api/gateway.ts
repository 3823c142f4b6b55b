import * as z from 'zod/mini';
import { type Reply, request } from './request.ts';

const LastExit = z.object({
  code: z.optional(z.nullable(z.number())),
  signal: z.optional(z.nullable(z.string())),
  at: z.optional(z.union([z.string(), z.number()])),
  tail: z._default(z.array(z.string()), []),
});

const GatewayStatus = z.object({
  gateway_status: z.string(),
  gateway_version: z.optional(z.string()),
  gateway_start_allowed: z._default(z.boolean(), false),
  gateway_start_reason: z.optional(z.string()),
  config_default_model: z.optional(z.string()),
  last_exit: z.optional(z.nullable(LastExit)),
});
export type GatewayStatus = z.infer<typeof GatewayStatus>;

/** What the launcher knows of the gateway; asking changes nothing. */
export function fetchGatewayStatus(signal?: AbortSignal): Promise<Reply<GatewayStatus>> {
  return request('api/gateway/status', GatewayStatus, signal === undefined ? {} : { signal });
}

/** Starts the gateway and answers when it is ready or has failed. */
export function startGateway(): Promise<Reply<unknown>> {
  return request('api/gateway/start?wait=1', z.unknown(), { method: 'POST' });
}
