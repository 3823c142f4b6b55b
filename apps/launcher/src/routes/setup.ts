import { Secret } from '@picoclaw/auth';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { AddressList } from '../access/address.ts';
import type { LauncherToken } from '../access/launcher-token.ts';
import { tooManyAttempts } from '../access/session.ts';
import { type ErrorCode, sendError } from '../errors.ts';
import { isDirectSetup } from './login.ts';

interface SetupOptions {
  readonly launcherToken: LauncherToken;
  readonly trustedProxies: AddressList;
}

const setupBody = z.strictObject({
  token: z.string(),
  confirm: z.string(),
  setup_token: z.string().optional(),
  current_token: z.string().optional(),
});

type SetupBody = z.infer<typeof setupBody>;

/** `POST /setup`: registers a launcher token of one's own, in the first run and later. */
export async function setupRoutes(app: FastifyInstance, options: SetupOptions): Promise<void> {
  const { launcherToken } = options;
  const setup = async (request: FastifyRequest, reply: FastifyReply) => {
    const body = setupBody.safeParse(request.body);
    if (!body.success) {
      return sendError(request, reply, 'invalid_body', { message: 'Send {"token": "…", "confirm": "…"}.' });
    }
    const verdict = await app.loginLimit.attempt(request);
    if (!verdict.allowed) return tooManyAttempts(request, reply, verdict.retryAfterS);
    const refusal = refusalOf(request, body.data, options) ?? problemOf(body.data);
    if (refusal !== undefined) {
      if (refusal === 'invalid_setup_token' || refusal === 'invalid_token') await app.loginLimit.failed(request);
      request.log.info({ code: refusal, ip: request.ip, door: 'setup' }, 'refused: setup');
      return sendError(request, reply, refusal);
    }
    const expected = { setupPending: launcherToken.isSetupPending };
    const result = await launcherToken.register(new Secret(body.data.token), expected);
    if (!result.ok)
      return sendError(request, reply, result.reason === 'unwritable' ? 'config_unavailable' : result.reason);
    app.sessionGate.tokenChanged(request, reply);
    request.log.info({ code: 'token_registered', ip: request.ip }, 'a launcher token was registered');
    return reply.header('cache-control', 'no-store').send({ status: 'ok' });
  };
  for (const url of ['/setup', '/api/auth/setup', '/launcher-setup']) {
    app.post(url, { config: { public: 'optional', readsBody: true } }, setup);
  }
}

/** Who may not: nobody takes over a first run from another machine, nor changes a token that they do not know. */
function refusalOf(request: FastifyRequest, body: SetupBody, options: SetupOptions): ErrorCode | undefined {
  const { launcherToken, trustedProxies } = options;
  const isKnown = (token: string | undefined) => token !== undefined && launcherToken.matches(new Secret(token.trim()));
  if (launcherToken.source === 'env') return 'token_managed_by_env';
  if (launcherToken.isSetupPending) {
    const isProven =
      isDirectSetup(request, trustedProxies) || request.caller.kind !== 'anonymous' || isKnown(body.setup_token);
    return isProven ? undefined : 'invalid_setup_token';
  }
  if (request.caller.kind === 'anonymous') return 'already_set_up';
  return isKnown(body.current_token) ? undefined : 'invalid_token';
}

/** The first rule that the new token breaks. Lengths in characters as people count them. */
function problemOf({ token, confirm }: SetupBody): ErrorCode | undefined {
  if (/\p{Cc}/u.test(token)) return 'token_has_control_characters';
  if (token !== token.trim()) return 'token_has_surrounding_blanks';
  const { length } = [...token];
  if (length < 8) return 'token_too_short';
  if (length > 256) return 'token_too_long';
  return token === confirm ? undefined : 'tokens_do_not_match';
}
