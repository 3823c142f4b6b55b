import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AddressList } from './address.ts';
import { publicAddress } from './origin.ts';

/** The cookie that carries a session between a browser and this launcher. */
export interface SessionCookie {
  /** Every value under a name of ours, those included that are not from us. */
  read(request: FastifyRequest): string[];
  set(request: FastifyRequest, reply: FastifyReply, value: string): void;
  clear(request: FastifyRequest, reply: FastifyReply): void;
  /** Clears it if the browser has one. */
  clearOwn(request: FastifyRequest, reply: FastifyReply): void;
}

interface SessionCookieOptions {
  readonly basePath: string;
  readonly trustedProxies: AddressList;
  readonly lifetimeS: number;
}

const NAME = 'picoclaw_launcher_auth';
/** Cookies of this prefix no neighbour below our host can set (RFC 6265bis, 4.1.3.2). */
const BOUND_NAME = `__Host-${NAME}`;

/** Makes the cookie of a launcher: name and attributes are those for the address at which the browser sees it. */
export function createSessionCookie({ basePath, trustedProxies, lifetimeS }: SessionCookieOptions): SessionCookie {
  const attributesFor = (request: FastifyRequest) => {
    const { isSecure } = publicAddress(request, trustedProxies);
    return { path: basePath, httpOnly: true, sameSite: 'lax', secure: isSecure } as const;
  };
  const clear = (request: FastifyRequest, reply: FastifyReply) => {
    const { serializeCookie } = request.server;
    const attributes = { ...attributesFor(request), maxAge: 0 };
    const cookies = [serializeCookie(NAME, '', attributes)];
    // Who came over https before and over http now, or the other way round, has one of the other name too.
    if (attributes.secure) cookies.push(serializeCookie(BOUND_NAME, '', { ...attributes, path: '/' }));
    replaceCookies(reply, cookies);
  };
  return {
    read: ({ headers }) => ownValues(headers.cookie),
    set(request, reply, value) {
      const attributes = attributesFor(request);
      const isBound = attributes.secure && basePath === '/';
      const name = isBound ? BOUND_NAME : NAME;
      replaceCookies(reply, [request.server.serializeCookie(name, value, { ...attributes, maxAge: lifetimeS })]);
    },
    clear,
    clearOwn(request, reply) {
      if (ownValues(request.headers.cookie).length > 0) clear(request, reply);
    },
  };
}

/** Instead of those that a gate before has set: of one name there is to be one (RFC 6265, 4.1.1), and no others are set here. */
function replaceCookies(reply: FastifyReply, cookies: readonly string[]): void {
  reply.removeHeader('set-cookie').header('set-cookie', cookies);
}

const isOurs = (name: string): boolean => name === NAME || name === BOUND_NAME;

/**
 * All cookies under a name of ours, however many: what a neighbour on another path, port or host below has tossed must not
 * lock the person out. Node's limit on headers bounds them.
 */
function ownValues(header = ''): string[] {
  return header.split(';').flatMap((pair) => {
    const [name = '', ...value] = pair.trim().split('=');
    return isOurs(name) && value.join('=') !== '' ? [decode(value.join('='))] : [];
  });
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
