import { presentedCredentials } from '@picoclaw/auth';
import type { FastifyRequest } from 'fastify';
import type { ErrorCode, ErrorDetails } from '../errors.ts';
import type { Channel } from '../gateway/channel.ts';
import type { AddressList } from './address.ts';
import type { LauncherToken } from './launcher-token.ts';
import type { AttemptVerdict, LoginLimit } from './login-limit.ts';
import { isLauncherPage, normalizeOrigin } from './origin.ts';

/** Whether a request may open the channel; else the refusal. A value, since awaiting a reply waits for its end. */
export type ChannelVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: ErrorCode; readonly details?: ErrorDetails };

interface ChannelGate {
  readonly launcherToken: LauncherToken;
  readonly trustedProxies: AddressList;
  readonly allowedHosts: readonly string[];
}

/**
 * The credentials of `/pico/ws`, judged before anything is said about the gateway: a presented token decides alone, and
 * may be the launcher's or the channel's; else a session, which only our own pages may use (cross-site WebSocket hijacking).
 */
export async function judgeChannelCredentials(
  loginLimit: LoginLimit,
  request: FastifyRequest,
  channel: Channel,
  gate: ChannelGate,
): Promise<ChannelVerdict> {
  const { bearer, subprotocol } = presentedCredentials(request.raw);
  if (bearer.state === 'none' && subprotocol.length === 0) return judgeSession(request, channel, gate);
  const tokens = bearer.state === 'none' ? subprotocol : bearer.state === 'presented' ? [bearer.token] : [];
  // Whoever offers several has as many guesses, of which one is right at best: else one upgrade would try hundreds.
  const others = await spendGuesses(loginLimit, request, tokens.length - 1);
  if (!others.allowed) return limited(others);
  // Every one is compared with both, so that time tells nothing.
  const isLauncherToken = tokens.map((token) => gate.launcherToken.matches(token)).includes(true);
  const isChannelToken = tokens.map((token) => channel.token?.equals(token)).includes(true);
  const isRight = isLauncherToken || isChannelToken;
  const budget = await (isRight ? loginLimit.peek(request) : loginLimit.attempt(request));
  if (!budget.allowed) return limited(budget);
  if (!isRight) {
    await loginLimit.failed(request);
    return refusal('The token is neither the launcher token nor the channel token.');
  }
  request.caller = { kind: 'token', credential: isLauncherToken ? 'launcher' : 'channel' };
  return { ok: true };
}

async function spendGuesses(loginLimit: LoginLimit, request: FastifyRequest, count: number): Promise<AttemptVerdict> {
  for (let spent = 0; spent < count; spent += 1) {
    const verdict = await loginLimit.attempt(request);
    if (!verdict.allowed) return verdict;
    await loginLimit.failed(request);
  }
  return { allowed: true };
}

const limited = ({ retryAfterS }: Extract<AttemptVerdict, { allowed: false }>): ChannelVerdict => ({
  ok: false,
  code: 'too_many_attempts',
  details: { headers: { 'retry-after': String(retryAfterS) } },
});

function judgeSession(request: FastifyRequest, channel: Channel, gate: ChannelGate): ChannelVerdict {
  if (request.caller.kind !== 'session') return refusal();
  return isOwnPage(request, channel, gate) ? { ok: true } : { ok: false, code: 'origin_not_allowed' };
}

const refusal = (message?: string): ChannelVerdict => ({
  ok: false,
  code: 'invalid_credentials',
  ...(message !== undefined && { details: { message } }),
});

/** Whether the page behind a cookie is ours, or one of an origin that the configuration names. */
function isOwnPage(request: FastifyRequest, { allowOrigins }: Channel, gate: ChannelGate): boolean {
  if (isLauncherPage(request, gate)) return true;
  const origin = normalizeOrigin(request.headers.origin ?? '');
  return origin !== undefined && allowOrigins.some((allowed) => normalizeOrigin(allowed) === origin);
}
