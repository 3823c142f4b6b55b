import { parseHost } from '@picoclaw/server';
import type { FastifyRequest } from 'fastify';
import parseForwarded from 'forwarded-parse';
import type { AddressList } from './address.ts';

/** Where the browser sees the launcher: behind a trusted proxy what that proxy says, else what the request says. */
export interface PublicAddress {
  readonly isSecure: boolean;
  /** Name and port as in a `Host` header. */
  readonly host: string;
}

/** Reads the public address; forwarding headers count only from a trusted peer. */
export function publicAddress(request: FastifyRequest, trustedProxies: AddressList): PublicAddress {
  // Fastify applies X-Forwarded-Proto/-Host itself, under the same `trustProxy` list.
  const seen = { isSecure: request.protocol === 'https', host: request.host };
  const { forwarded, 'x-forwarded-proto': proto, 'x-forwarded-host': host } = request.headers;
  // A proxy that writes the one kind may hand on what the client wrote into the other.
  const isWritten = forwarded !== undefined && proto === undefined && host === undefined;
  if (!isWritten || !trustedProxies.has(request.socket.remoteAddress)) return seen;
  const nearest = parseForwardedSafely(forwarded).at(-1);
  return {
    isSecure: nearest?.proto === undefined ? seen.isSecure : nearest.proto === 'https',
    host: nearest?.host ?? seen.host,
  };
}

function parseForwardedSafely(header: string): { proto?: string; host?: string }[] {
  try {
    return parseForwarded(header);
  } catch {
    return [];
  }
}

/** Scheme, host and port with default ports folded; `undefined` for what is no http origin, `null` among it. */
export function normalizeOrigin(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text)) return undefined;
  try {
    return new URL(text).origin;
  } catch {
    return undefined;
  }
}

/** The launcher's own origin as this request's browser sees it. */
export function ownOrigin(address: PublicAddress): string | undefined {
  return normalizeOrigin(`${address.isSecure ? 'https' : 'http'}://${address.host}`);
}

/**
 * Whether the page that asks is the launcher's own: a cookie alone proves nothing (cross-site WebSocket hijacking), the less
 * so as browsers send it to every port of a name.
 */
export function isLauncherPage(
  request: FastifyRequest,
  { trustedProxies, allowedHosts }: { trustedProxies: AddressList; allowedHosts: readonly string[] },
): boolean {
  const origin = normalizeOrigin(request.headers.origin ?? '');
  if (origin === undefined) return false;
  const seen = publicAddress(request, trustedProxies);
  return origin === ownOrigin(seen) || isFrontOf(seen.host, new URL(origin), allowedHosts);
}

/**
 * Whether an origin is a proxy's in front of the launcher, of which nothing is known but a name in `allowed_hosts`: the
 * scheme may be another one than here, and who changes `Host` hides the port too, so that only the schemes' own ones count.
 */
function isFrontOf(seenHost: string, { hostname, port }: URL, allowedHosts: readonly string[]): boolean {
  if (!allowedHosts.some((name) => name.toLowerCase() === hostname)) return false;
  const seen = parseHost(seenHost);
  if (seen?.hostname !== hostname) return port === '';
  const isDefault = seen.port === undefined || seen.port === 80 || seen.port === 443;
  return port === (isDefault ? '' : String(seen.port));
}

/** A path of our own to go to, or `/`: never another origin, whatever a browser makes of `//`, `\`, tabs or schemes. */
export function localPath(text: unknown): string {
  if (typeof text !== 'string' || !/^\/(?![/\\])/.test(text) || /[\\\p{Cc}]/u.test(text)) return '/';
  const base = 'http://self.invalid';
  if (!URL.canParse(text, base)) return '/';
  const target = new URL(text, base);
  // Resolving can uncover a second slash: `/x/..//host` becomes `//host`.
  if (target.origin !== base || target.pathname.startsWith('//')) return '/';
  return `${target.pathname}${target.search}${target.hash}`;
}
