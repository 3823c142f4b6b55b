import * as z from 'zod/mini';
import { type Reply, request } from './request.ts';

const AuthStatus = z.object({
  authenticated: z.boolean(),
  /** False while the generated token has neither been replaced nor kept: first run. */
  initialized: z.boolean(),
  token_source: z.optional(z.string()),
  session_expires_at: z.optional(z.union([z.string(), z.number()])),
  token_help: z.optional(z.record(z.string(), z.unknown())),
  setup_requires_token: z._default(z.boolean(), false),
});
export type AuthStatus = z.infer<typeof AuthStatus>;

const Done = z.object({ status: z.string() });

/** Who the launcher takes us for. */
export function fetchAuthStatus(signal?: AbortSignal): Promise<Reply<AuthStatus>> {
  return request('api/auth/status', AuthStatus, signal === undefined ? {} : { signal });
}

/** Exchanges the launcher token for a session cookie. */
export function signIn(token: string): Promise<Reply<unknown>> {
  return request('login', Done, { method: 'POST', body: { token } });
}

export interface SetupRequest {
  token: string;
  confirm: string;
  /** At the first run, from another machine. */
  setup_token?: string;
  /** Later: the one that is replaced. */
  current_token?: string;
}

/** Registers a launcher token of one's own; signs in at once and ends all other sessions. */
export function setUp(body: SetupRequest): Promise<Reply<unknown>> {
  return request('setup', Done, { method: 'POST', body });
}

/** Ends this session, or all of them. */
export function signOut(everywhere: boolean): Promise<Reply<unknown>> {
  return request('logout', z.unknown(), { method: 'POST', body: everywhere ? { everywhere } : {} });
}
