import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { sendError } from '../errors.ts';
import type { AddressList } from './address.ts';
import { normalizeOrigin, ownOrigin, publicAddress } from './origin.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/**
 * The CSRF gate: a request that changes something and rides on a cookie must come from our own pages. A token in a header
 * proves that by itself, since no foreign page can set it. Signing in is guarded too, where the browser says who asks.
 */
export const csrf = fp<{ trustedProxies: AddressList }>(
  async (app, { trustedProxies }) => {
    app.addHook('onRequest', (request, reply, done) => {
      if (SAFE_METHODS.has(request.method) || request.caller.kind === 'token') return done();
      if (isSameOrigin(request, trustedProxies)) return done();
      request.log.info({ code: 'cross_site', ip: request.ip }, 'refused: cross-site request');
      sendError(request, reply, 'cross_site');
    });
  },
  { name: 'csrf', dependencies: ['session'] },
);

function isSameOrigin(request: FastifyRequest, trustedProxies: AddressList): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const source = request.headers.origin ?? request.headers.referer;
  // Neither a browser's mark nor a session to ride on: a program that signs in.
  if (source === undefined) return request.caller.kind !== 'session';
  const own = ownOrigin(publicAddress(request, trustedProxies));
  return own !== undefined && normalizeOrigin(source) === own;
}
