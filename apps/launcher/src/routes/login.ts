import formbody from '@fastify/formbody';
import { Secret } from '@picoclaw/auth';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { AddressList } from '../access/address.ts';
import type { LauncherToken } from '../access/launcher-token.ts';
import { isDirectLoopback, isLoopbackName } from '../access/network.ts';
import { localPath } from '../access/origin.ts';
import { tooManyAttempts, underBase } from '../access/session.ts';
import type { SignInLinks } from '../access/sign-in-links.ts';
import { sendError } from '../errors.ts';

interface LoginOptions {
  readonly launcherToken: LauncherToken;
  readonly links: SignInLinks;
  readonly basePath: string;
  readonly launcherConfigFile: string;
  readonly trustedProxies: AddressList;
}

const loginBody = z
  .strictObject({ token: z.string().optional(), password: z.string().optional(), next: z.string().optional() })
  .refine(({ token, password }) => (token === undefined) !== (password === undefined));

const logoutBody = z.strictObject({ everywhere: z.boolean().optional() }).nullish();

const isForm = (request: FastifyRequest) =>
  (request.headers['content-type'] ?? '').toLowerCase().startsWith('application/x-www-form-urlencoded');

/** `POST /login`, `POST /logout`, `GET /api/auth/status`, and the names that existing front ends use. */
export async function loginRoutes(app: FastifyInstance, options: LoginOptions): Promise<void> {
  const { launcherToken, links, basePath } = options;

  const login = async (request: FastifyRequest, reply: FastifyReply) => {
    const body = loginBody.safeParse(request.body);
    const given = body.data?.token ?? body.data?.password;
    if (given === undefined || given.trim() === '') {
      return sendError(request, reply, 'invalid_body', { message: 'Send {"token": "<launcher token>"}.' });
    }
    const verdict = await app.loginLimit.attempt(request);
    if (!verdict.allowed) return tooManyAttempts(request, reply, verdict.retryAfterS);
    reply.header('cache-control', 'no-store');
    if (!launcherToken.matches(new Secret(given.trim()))) return refuse(request, reply);
    app.sessionGate.signIn(request, reply);
    request.log.info({ code: 'signed_in', ip: request.ip, door: 'login' }, 'signed in');
    const next = body.data?.next ?? (request.query as { next?: unknown }).next;
    return isForm(request)
      ? reply.redirect(localPath(next ?? underBase(basePath, '/')), 303)
      : reply.send({ status: 'ok' });
  };

  const refuse = async (request: FastifyRequest, reply: FastifyReply) => {
    await app.loginLimit.failed(request);
    request.log.info({ code: 'invalid_token', ip: request.ip, door: 'login' }, 'refused: wrong launcher token');
    if (isForm(request)) return reply.redirect(`${underBase(basePath, '/login')}?error=invalid_token`, 303);
    return sendError(request, reply, 'invalid_token');
  };

  const logout = async (request: FastifyRequest, reply: FastifyReply) => {
    const body = logoutBody.safeParse(request.body);
    if (!body.success) return sendError(request, reply, 'invalid_body');
    // Whoever has no session has nothing to end, and may not end other people's.
    if (body.data?.everywhere && request.caller.kind !== 'anonymous') app.sessionGate.sessions.revokeAll();
    app.sessionGate.signOut(request, reply);
    request.log.info({ code: 'signed_out', everywhere: body.data?.everywhere ?? false }, 'signed out');
    return reply.header('cache-control', 'no-store').send({ status: 'ok' });
  };

  await app.register(async (doors) => {
    // Here alone: a form is what a foreign page may post without asking.
    await doors.register(formbody);
    for (const url of ['/login', '/api/auth/login', '/launcher-login'])
      doors.post(url, { config: { public: true, readsBody: true } }, login);
  });
  for (const url of ['/logout', '/api/auth/logout'])
    app.post(url, { config: { public: 'optional', readsBody: true } }, logout);
  app.post('/api/auth/link', (request, reply) => {
    const { token, expiresAt } = links.issue();
    request.log.info({ code: 'sign_in_link', ip: request.ip }, 'a sign-in link was made');
    const path = `${underBase(basePath, '/')}?token=${token}`;
    return reply.header('cache-control', 'no-store').send({ path, expires_at: new Date(expiresAt).toISOString() });
  });
  app.get('/api/auth/status', { config: { public: 'optional' } }, (request) => status(request, options));
}

/** What a page needs to know before anybody is signed in; paths only for who is. */
async function status(request: FastifyRequest, { launcherToken, launcherConfigFile, trustedProxies }: LoginOptions) {
  const { caller } = request;
  const isAuthenticated = caller.kind !== 'anonymous';
  return {
    authenticated: isAuthenticated,
    initialized: !launcherToken.isSetupPending,
    setup_requires_token: !isDirectSetup(request, trustedProxies),
    ...(isAuthenticated && { token_source: launcherToken.source }),
    ...(caller.kind === 'session' && { session_expires_at: new Date(caller.session.expiresAt).toISOString() }),
    token_help: {
      env_var: 'PICOCLAW_LAUNCHER_TOKEN',
      config_key: 'launcher_token',
      ...(isAuthenticated && { config_file: launcherConfigFile }),
    },
  };
}

/** A first run at the machine itself: direct loopback peer, loopback `Host`, no proxy in between (launcher-http.md). */
export function isDirectSetup(request: FastifyRequest, trustedProxies: AddressList): boolean {
  // A proxy is known to sit there, whether or not it says that it forwards.
  if (trustedProxies.has(request.socket.remoteAddress)) return false;
  const { host = '', origin } = request.headers;
  const names = [host, ...(origin === undefined ? [] : [URL.canParse(origin) ? new URL(origin).host : origin])];
  // A proxy of a plain configuration adds no header and asks for its upstream's name, but speaks HTTP/1.0 to it.
  return isDirectLoopback(request) && request.raw.httpVersion !== '1.0' && names.every(isLoopbackName);
}
