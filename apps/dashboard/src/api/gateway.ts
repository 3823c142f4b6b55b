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
  pid: z.optional(z.number()),
  gateway_version: z.optional(z.string()),
  host: z.optional(z.string()),
  port: z.optional(z.number()),
  /** ISO 8601. */
  started_at: z.optional(z.string()),
  /** Whether the launcher started it, and will end it. */
  owned: z.optional(z.boolean()),
  gateway_start_allowed: z._default(z.boolean(), false),
  gateway_start_reason: z.optional(z.string()),
  gateway_restart_required: z.optional(z.boolean()),
  config_default_model: z.optional(z.string()),
  boot_default_model: z.optional(z.string()),
  last_exit: z.optional(z.nullable(LastExit)),
});
export type GatewayStatus = z.infer<typeof GatewayStatus>;

/** What the launcher knows of the gateway; asking changes nothing. */
export function fetchGatewayStatus(signal?: AbortSignal): Promise<Reply<GatewayStatus>> {
  return request('api/gateway/status', GatewayStatus, signal === undefined ? {} : { signal });
}

/** The status that an event tells; undefined when it is not one. */
export function parseGatewayStatus(data: unknown): GatewayStatus | undefined {
  const result = GatewayStatus.safeParse(data);
  return result.success ? result.data : undefined;
}

/** What can be asked of a gateway. */
export type GatewayOrder = 'start' | 'stop' | 'restart' | 'reload';

/** Gives an order and answers when it is done: with a start, when the gateway is ready or has failed. */
export function orderGateway(order: GatewayOrder): Promise<Reply<unknown>> {
  const wait = order === 'start' || order === 'restart' ? '?wait=1' : '';
  return request(`api/gateway/${order}${wait}`, z.unknown(), { method: 'POST' });
}
