import { createHmac } from 'node:crypto';
import cookie, { Signer } from '@fastify/cookie';
import { createSessions, presentedCredentials, type Session, type Sessions } from '@picoclaw/auth';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Cluster } from '../cluster/cluster.ts';
import { sendError } from '../errors.ts';
import type { AddressList } from './address.ts';
import type { LauncherToken } from './launcher-token.ts';
import { createSessionCookie } from './session-cookie.ts';

/**
 * What a browser asks for beside a page, such as its /favicon.ico: an answer to that may come after a sign-in which began
 * later, and would clear the new cookie in the place of the old one. Over http to a name only `Accept` tells (Fetch, 2.5).
 */
const isSubresource = ({ headers }: FastifyRequest): boolean =>
  !['document', 'empty'].includes(String(headers['sec-fetch-dest'] ?? 'document')) ||
  headers.accept?.startsWith('image/') === true;

/** Who is asking. */
export type Caller =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'session'; readonly session: Session }
  | { readonly kind: 'token'; readonly credential: 'launcher' | 'channel' };

/** Sessions of this process and the cookies that carry them. */
export interface SessionGate {
  readonly sessions: Sessions;
  /** Starts a session and gives the browser its cookie. */
  signIn(request: FastifyRequest, reply: FastifyReply): Session;
  signOut(request: FastifyRequest, reply: FastifyReply): void;
  /** After another token was registered: ends all sessions but the caller's, which goes on under a new cookie. */
  tokenChanged(request: FastifyRequest, reply: FastifyReply): void;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Open to everyone; `optional` looks at credentials all the same and tells them apart.
     * Every route that does not say so needs a session or the launcher token.
     */
    public?: true | 'optional';
    /** A page of the dashboard: who is not signed in is led to the sign-in page, and `?token=` signs in. */
    page?: true;
    /** The route judges credentials itself, since it also takes the channel token. */
    channelCredentials?: true;
  }
  interface FastifyRequest {
    caller: Caller;
  }
  interface FastifyInstance {
    readonly sessionGate: SessionGate;
  }
}

const LIFETIME_S = 604_800;
const ANONYMOUS: Caller = { kind: 'anonymous' };

interface SessionOptions {
  readonly launcherToken: LauncherToken;
  /** 32 bytes; several launchers that share it accept each other's sessions. */
  readonly sessionKey: Buffer;
  readonly basePath: string;
  readonly trustedProxies: AddressList;
  /** Other launchers of the same key. */
  readonly cluster?: Pick<Cluster, 'share'> | undefined;
  readonly now?: () => number;
}

/** The session gate: decides who is asking and, on the matched route, whether that is enough (default deny). */
export const session = fp<SessionOptions>(
  async (app, { launcherToken, sessionKey, basePath, trustedProxies, cluster, now = Date.now }) => {
    // No request's cookies are taken apart but ours, of which there may be several.
    await app.register(cookie, { hook: false });
    // The key depends on the token, so a changed token ends every cookie here and on each launcher that shares the key.
    const newSigner = () =>
      new Signer(createHmac('sha256', sessionKey).update(launcherToken.reveal()).digest('hex'), 'sha256');
    const sessions = createSessions({ signer: newSigner(), lifetimeMs: LIFETIME_S * 1000, now });

    cluster?.share(sessions, () => {
      if (launcherToken.reread()) sessions.rekey(newSigner());
    });
    const carrier = createSessionCookie({ basePath, trustedProxies, lifetimeS: LIFETIME_S });
    const validSessions = (request: FastifyRequest): Session[] =>
      carrier.read(request).flatMap((value) => {
        const check = sessions.verify(value);
        return check.state === 'valid' ? [check.session] : [];
      });

    app.decorate('sessionGate', {
      sessions,
      signIn(request, reply) {
        const { session: started, value } = sessions.issue();
        carrier.set(request, reply, value);
        app.counters.login('ok');
        return started;
      },
      signOut(request, reply) {
        for (const own of validSessions(request)) sessions.revoke(own);
        carrier.clear(request, reply);
      },
      tokenChanged(request, reply) {
        sessions.rekey(newSigner());
        const own = request.caller.kind === 'session' ? request.caller.session : sessions.issue().session;
        sessions.revokeAll(own);
        carrier.set(request, reply, sessions.reissue(own));
      },
    });

    app.decorateRequest('caller');
    app.addHook('onRequest', async (request, reply) => {
      request.caller = ANONYMOUS;
      // There is no route, so nothing to guard: every path of ours, known or not, has one.
      if (request.is404) return;
      const bearer = presentedCredentials(request.raw).bearer;
      const { config } = request.routeOptions;
      // A presented token decides alone: a bad one is refused even beside a valid cookie (tokens.md).
      if (bearer.state !== 'none' && config.channelCredentials !== true && config.public !== true) {
        const matches = bearer.state === 'presented' && launcherToken.matches(bearer.token);
        return matches ? allowToken(request, reply) : refuseToken(request, reply);
      }
      const [valid] = validSessions(request);
      if (valid !== undefined) request.caller = { kind: 'session', session: valid };
      // Not with a file that caches keep for everybody: it would sign out whoever gets it from there.
      else if (config.public !== true && !isSubresource(request)) carrier.clearOwn(request, reply);
      if (valid !== undefined || config.public !== undefined || config.channelCredentials === true) return;
      return askToSignIn(request, reply);
    });

    const allowToken = async (request: FastifyRequest, reply: FastifyReply) => {
      // A client that has used up its guesses learns nothing more, not even from a right one.
      const verdict = await app.loginLimit.peek(request);
      if (!verdict.allowed) return tooManyAttempts(request, reply, verdict.retryAfterS);
      request.caller = { kind: 'token', credential: 'launcher' };
    };
    const refuseToken = async (request: FastifyRequest, reply: FastifyReply) => {
      const verdict = await app.loginLimit.attempt(request);
      if (!verdict.allowed) return tooManyAttempts(request, reply, verdict.retryAfterS);
      await app.loginLimit.failed(request);
      request.log.info({ code: 'invalid_token', ip: request.ip, door: 'bearer' }, 'refused: wrong launcher token');
      return unauthorized(request, reply);
    };
    const askToSignIn = (request: FastifyRequest, reply: FastifyReply) => {
      if (request.routeOptions.config.page !== true) return unauthorized(request, reply);
      return reply.redirect(`${underBase(basePath, '/login')}?next=${encodeURIComponent(request.url)}`, 303);
    };
  },
  { name: 'session', dependencies: ['network', 'login-limit'] },
);

/** A path of ours as the browser has to ask for it. `basePath` is `/` or has no slash at its end. */
export const underBase = (basePath: string, path: string): string => (basePath === '/' ? path : `${basePath}${path}`);

const unauthorized = (request: FastifyRequest, reply: FastifyReply) =>
  sendError(request, reply, 'unauthorized', { headers: { 'www-authenticate': 'Bearer' } });

/** 429 with the seconds to wait. */
export function tooManyAttempts(request: FastifyRequest, reply: FastifyReply, retryAfterS: number): FastifyReply {
  request.log.info({ code: 'too_many_attempts', ip: request.ip }, 'refused: sign-in budget spent');
  return sendError(request, reply, 'too_many_attempts', { headers: { 'retry-after': String(retryAfterS) } });
}
