import { presentedCredentials, type Secret } from '@picoclaw/auth';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { sendError } from '../errors.ts';
import type { LauncherToken } from './launcher-token.ts';
import { localPath } from './origin.ts';
import { tooManyAttempts, underBase } from './session.ts';
import type { SignInLinks } from './sign-in-links.ts';

interface TokenLinkOptions {
  readonly launcherToken: LauncherToken;
  readonly links: SignInLinks;
  readonly basePath: string;
}

/**
 * `?token=` on a page load signs in: a link from the console or a QR code. It is a login, not a credential, so it means
 * nothing on `/api` and `/pico`, and the token leaves the address bar at once (launcher-http.md, "`?token=`").
 */
export const tokenLink = fp<TokenLinkOptions>(
  async (app, { launcherToken, links, basePath }) => {
    app.addHook('onRequest', async (request, reply) => {
      if (request.routeOptions.config.page !== true) return;
      const presented = presentedCredentials(request.raw).query;
      if (presented.state === 'none' && withoutToken(request.url) === request.url) return;
      if (!isPageLoad(request)) return sendError(request, reply, 'cross_site');
      const verdict = await app.loginLimit.attempt(request);
      if (!verdict.allowed) return tooManyAttempts(request, reply, verdict.retryAfterS);
      const target = localPath(withoutToken(request.url));
      reply.header('cache-control', 'no-store');
      const isRight = (token: Secret) =>
        // Who only looks at a link (HEAD) does not use it up.
        launcherToken.matches(token) || (request.method === 'GET' && links.redeem(token));
      if (presented.state === 'presented' && isRight(presented.token)) {
        app.sessionGate.signIn(request, reply);
        request.log.info({ code: 'signed_in', ip: request.ip, door: 'link' }, 'signed in');
        return reply.redirect(target, 303);
      }
      return refuse(request, reply);
    });

    const refuse = async (request: FastifyRequest, reply: FastifyReply) => {
      await app.loginLimit.failed(request);
      request.log.info({ code: 'invalid_token', ip: request.ip, door: 'link' }, 'refused: wrong launcher token');
      return reply.redirect(`${underBase(basePath, '/login')}?error=invalid_token`, 303);
    };
  },
  { name: 'token-link', dependencies: ['network', 'login-limit'] },
);

/**
 * Whether somebody goes to the address, as far as the browser says. A frame or a picture on a page of somebody else's could
 * spend this person's guesses unseen.
 */
const isPageLoad = ({ headers }: FastifyRequest): boolean => (headers['sec-fetch-dest'] ?? 'document') === 'document';

/** `token`, and the array forms of other frameworks, in which people would leave it in the address bar. */
const isTokenPair = (pair: string) =>
  [...new URLSearchParams(pair).keys()].some((name) => /^token(?:\[.*\])?$/.test(name));

/** The address without its token, every other parameter as it was and where it was. */
export function withoutToken(url: string): string {
  // Most have none; written in another way it has an escape.
  if (!/token|%/.test(url)) return url;
  const [path = '/', ...rest] = url.split('?');
  const kept = rest.join('?').split('&');
  const others = kept.filter((pair) => !isTokenPair(pair));
  if (others.length === kept.length) return url;
  return others.length === 0 ? path : `${path}?${others.join('&')}`;
}
