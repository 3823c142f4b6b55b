import { DEFAULT_LAUNCHER_PORT } from '@picoclaw/config';
import { parseHost } from '@picoclaw/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AddressList } from './address.ts';
import { publicAddress } from './origin.ts';

/** The cookie that carries a session between a browser and this launcher. */
export interface SessionCookie {
  /** Every value under a name of ours, those included that are not from us. */
  read(request: FastifyRequest): string[];
  set(request: FastifyRequest, reply: FastifyReply, value: string): void;
  clear(request: FastifyRequest, reply: FastifyReply): void;
  /** Clears it if the browser has one of this launcher's. */
  clearOwn(request: FastifyRequest, reply: FastifyReply): void;
}

interface SessionCookieOptions {
  readonly basePath: string;
  readonly trustedProxies: AddressList;
  readonly lifetimeS: number;
}

const NAME = 'picoclaw_launcher_auth';
const BOUND = '__Host-';

/** Makes the cookie of a launcher: its name and attributes are those of the address at which the browser sees it. */
export function createSessionCookie({ basePath, trustedProxies, lifetimeS }: SessionCookieOptions): SessionCookie {
  const shapeOf = (request: FastifyRequest) => {
    const { isSecure, host } = publicAddress(request, trustedProxies);
    return {
      name: nameAt(host),
      attributes: { path: basePath, httpOnly: true, sameSite: 'lax', secure: isSecure } as const,
    };
  };
  const clear = (request: FastifyRequest, reply: FastifyReply) => {
    const { name, attributes } = shapeOf(request);
    reply.setCookie(name, '', { ...attributes, maxAge: 0 });
    // Who came over https before and over http now, or the other way round, has one of the other name too.
    if (attributes.secure) reply.setCookie(BOUND + name, '', { ...attributes, path: '/', maxAge: 0 });
  };
  return {
    read: ({ headers }) =>
      pairsOf(headers.cookie)
        .filter(([name]) => isOurs(name))
        .map(([, value]) => value),
    set(request, reply, value) {
      const { name, attributes } = shapeOf(request);
      const isBound = attributes.secure && basePath === '/';
      reply.setCookie(isBound ? BOUND + name : name, value, { ...attributes, maxAge: lifetimeS });
    },
    clear,
    clearOwn(request, reply) {
      const { name } = shapeOf(request);
      const isOwn = (given: string) => given === name || given === BOUND + name;
      if (pairsOf(request.headers.cookie).some(([given]) => isOwn(given))) clear(request, reply);
    },
  };
}

/**
 * Browsers send a host's cookies to each of its ports (RFC 6265, 8.5). Under one name, launchers on two of them would
 * overwrite each other's session, and clear it as one that is none; so all but the usual port are in the name.
 */
function nameAt(host: string): string {
  const port = parseHost(host)?.port ?? DEFAULT_LAUNCHER_PORT;
  return [80, 443, DEFAULT_LAUNCHER_PORT].includes(port) ? NAME : `${NAME}_${port}`;
}

const isOurs = (name: string): boolean => /^(?:__Host-)?picoclaw_launcher_auth(?:_\d{1,5})?$/.test(name);

/**
 * All cookies, those of one name too: what a neighbour on another path, port or host below has tossed must not lock the
 * person out, however many they are. Node's limit on headers bounds them.
 */
function pairsOf(header = ''): [name: string, value: string][] {
  return header
    .split(';')
    .map((pair): [string, string] => {
      const [name = '', ...value] = pair.trim().split('=');
      return [name, decode(value.join('='))];
    })
    .filter(([, value]) => value !== '');
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
