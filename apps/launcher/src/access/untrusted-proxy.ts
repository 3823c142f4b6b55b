import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { type AddressList, plainAddress } from './address.ts';

/** One note each for so many peers: anybody can send the header. */
const MAX_PEERS = 16;

/**
 * Notes in the log, once for each peer, that it forwards requests and is no trusted proxy, so that `doctor` can say why
 * everybody seems to come from one address. Refuses nobody.
 */
export const untrustedProxy = fp<{ readonly trustedProxies: AddressList }>(
  async (app, { trustedProxies }) => {
    const noted = new Set<string>();
    app.addHook('onRequest', (request, _reply, done) => {
      note(request);
      done();
    });
    const note = (request: FastifyRequest) => {
      const { 'x-forwarded-for': by, forwarded = by } = request.headers;
      const peer = forwarded === undefined ? undefined : plainAddress(request.socket.remoteAddress);
      if (peer === undefined || noted.has(peer) || noted.size >= MAX_PEERS || trustedProxies.has(peer)) return;
      noted.add(peer);
      request.log.info(
        { code: 'proxy_untrusted', peer },
        'not believed: forwarded by what is not in trusted_proxy_cidrs',
      );
    };
  },
  { name: 'untrusted-proxy' },
);
