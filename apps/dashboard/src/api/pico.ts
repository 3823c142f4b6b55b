import * as z from 'zod/mini';
import { type Reply, request } from './request.ts';

const PicoInfo = z.object({
  /** Where a client connects through this launcher. */
  ws_url: z.string(),
  enabled: z.boolean(),
  /** Whether there is a channel token. */
  configured: z.boolean(),
  /** How a token may come: `bearer`, `subprotocol`, `query`. */
  auth_methods: z.array(z.string()),
  gateway_auth_methods: z.array(z.string()),
  session_param: z.string(),
});
export type PicoInfo = z.infer<typeof PicoInfo>;

const Revealed = z.object({ token: z.string() });

const Rotated = z.object({
  token: z.string(),
  /** Whether the running gateway takes the new token already. */
  reloaded: z._default(z.boolean(), false),
});

/** How a client connects; nothing secret. */
export function fetchPicoInfo(signal?: AbortSignal): Promise<Reply<PicoInfo>> {
  return request('api/pico/info', PicoInfo, signal === undefined ? {} : { signal });
}

/** The channel token, for who enters the launcher token once more. */
export function revealChannelToken(launcherToken: string): Promise<Reply<z.infer<typeof Revealed>>> {
  return request('api/pico/token', Revealed, { headers: { 'X-Launcher-Token': launcherToken } });
}

/** Puts another channel token in the place of the old one, and tells it this once. */
export function rotateChannelToken(): Promise<Reply<z.infer<typeof Rotated>>> {
  return request('api/pico/token', Rotated, { method: 'POST' });
}

/** Switches the channel on and gives it a token when it has none. */
export function enableChannel(): Promise<Reply<PicoInfo>> {
  return request('api/pico/setup', PicoInfo, { method: 'POST' });
}

/** What a token opens: the chat alone (`channel`), the dashboard too (`launcher`), nothing, or not known. */
export type TokenVerdict = 'channel' | 'launcher' | 'wrong' | { retryAfterSeconds: number | undefined } | 'unknown';

/** Asks the launcher what a token opens; a browser is not told why a WebSocket was refused, but a request is. */
export async function judgeToken(token: string): Promise<TokenVerdict> {
  const headers = { Authorization: `Bearer ${token}` };
  const reply = await request('pico/ws', z.unknown(), { headers });
  if (reply.ok) return 'unknown';
  if (reply.status === 429) return { retryAfterSeconds: reply.retryAfterSeconds };
  if (reply.code === 'invalid_token') return 'wrong';
  if (reply.code !== 'upgrade_required') return 'unknown';
  const dashboard = await request('api/pico/info', PicoInfo, { headers });
  return dashboard.ok ? 'launcher' : 'channel';
}
