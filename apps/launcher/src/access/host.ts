import { hostname } from 'node:os';
import { parseHost } from '@picoclaw/server';
import fp from 'fastify-plugin';
import { sendError } from '../errors.ts';
import type { AddressList } from './address.ts';

interface HostOptions {
  /** `allowed_hosts`; `*` opts out of the check. */
  readonly allowedHosts: readonly string[];
  readonly trustedProxies: AddressList;
}

/**
 * The host gate, against DNS rebinding: a page of a foreign name that resolves to this machine must not be answered as if it
 * were ours. Also where paths end that are not in their normal form.
 */
export const host = fp<HostOptions>(
  async (app, { allowedHosts, trustedProxies }) => {
    const known = createHostList(allowedHosts);

    app.addHook('onRequest', (request, reply, done) => {
      if (!isNormalPath(request.raw.url ?? '')) {
        sendError(request, reply, 'bad_path');
        return;
      }
      const named = parseHost(request.headers.host ?? '');
      if (named?.isIpLiteral || (named && known.has(named.hostname))) return done();
      if (trustedProxies.has(request.socket.remoteAddress)) return done();
      const name = named?.hostname ?? '';
      request.log.info({ code: 'host_not_allowed', host: name }, 'refused: unknown Host');
      sendError(request, reply, 'host_not_allowed', {
        // Not where the file lies: whoever asks has not been let in yet.
        message: `The launcher does not answer to "${name}". If that is its name, add "${name}" to "allowed_hosts" in launcher-config.json and restart.`,
      });
    });
  },
  { name: 'host' },
);

/** The names under which the launcher answers: its machine's own and `allowed_hosts`. */
export function createHostList(allowedHosts: readonly string[]): { has(hostname: string): boolean } {
  const known = new Set([...ownNames(), ...allowedHosts.map((name) => name.toLowerCase())]);
  return { has: (hostname) => known.has('*') || known.has(hostname.replace(/\.$/, '')) };
}

function ownNames(): string[] {
  const full = hostname().toLowerCase();
  const bare = full.split('.')[0] ?? full;
  return ['localhost', full, bare, `${bare}.local`];
}

/**
 * A path that every proxy in front reads as we do: no doubled slash, dot segment, backslash, encoded
 * separator or NUL. Whoever decides on such a path decides on another one than the next hop.
 */
function isNormalPath(url: string): boolean {
  const path = url.split('?', 1)[0] ?? '';
  if (/\/\/|\\|%(?:2f|5c|00)/i.test(path)) return false;
  return !/\.|%2e/i.test(path) || !path.split('/').some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment));
}
