import send from '@fastify/send';
import { INLINE_IMAGE_TYPES, PicoPath } from '@picoclaw/protocol';
import type { FastifyPluginAsync } from 'fastify';
import { channelGate } from '../access/channel-gate.ts';
import { sendError } from '../errors.ts';
import type { GatewayIdentity } from '../identity.ts';
import { isMediaId, type MediaStore } from '../media/media-store.ts';
import type { SettingsHolder } from '../settings.ts';

interface MediaRouteOptions {
  readonly identity: GatewayIdentity;
  readonly settings: SettingsHolder;
  readonly media: MediaStore;
}

/** What a page may show in its place; everything else is downloaded, so that no file can act as a page of ours. */
const SHOWN: readonly string[] = INLINE_IMAGE_TYPES;

/** `GET·HEAD /pico/media/:id`: a stored file, whole or in part; for whoever has a token of the channel (gateway.md). */
export const mediaRoute: FastifyPluginAsync<MediaRouteOptions> = async (app, options) => {
  app.get(`${PicoPath.media}:id`, { onRequest: channelGate(options) }, async (request, reply) => {
    const { id } = request.params as { id: string };
    if (!isMediaId(id)) return sendError(reply, 'media_not_found');
    const sent = await send(request.raw, id, {
      root: options.media.folder,
      // An id names one content for ever.
      ...{ maxAge: '1y', immutable: true, index: false, dotfiles: 'ignore' },
    });
    if (sent.type !== 'file') {
      if (sent.statusCode === 416) return reply.code(416).headers(sent.headers).send();
      return sendError(reply, 'media_not_found');
    }
    const type = String(sent.headers['Content-Type'] ?? 'application/octet-stream').split(';')[0] ?? '';
    return reply
      .code(sent.statusCode)
      .headers({
        ...sent.headers,
        'cache-control': 'private, max-age=31536000, immutable',
        'content-disposition': SHOWN.includes(type) ? 'inline' : `attachment; filename="${id}"`,
        'content-security-policy': "sandbox; default-src 'none'",
        'x-content-type-options': 'nosniff',
      })
      .send(sent.stream);
  });
};
