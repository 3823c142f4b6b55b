import send from '@fastify/send';
import { PicoPath } from '@picoclaw/protocol';
import type { FastifyPluginAsync } from 'fastify';
import { channelGate } from '../access/channel-gate.ts';
import { type ErrorCode, sendError } from '../errors.ts';
import type { GatewayIdentity } from '../identity.ts';
import { isShownImage } from '../media/inline-media.ts';
import type { MediaStore, StoredMedia } from '../media/media-store.ts';
import type { SettingsHolder } from '../settings.ts';

interface MediaRouteOptions {
  readonly identity: GatewayIdentity;
  readonly settings: SettingsHolder;
  readonly media: MediaStore;
}

/** What the library refuses by, as ours. */
const REFUSALS: Readonly<Record<number, ErrorCode>> = {
  404: 'media_not_found',
  412: 'precondition_failed',
  416: 'range_not_satisfiable',
};

/** `GET·HEAD /pico/media/:id`: a stored file, whole or in part; for whoever has a token of the channel (gateway.md). */
export const mediaRoute: FastifyPluginAsync<MediaRouteOptions> = async (app, options) => {
  const { media } = options;
  app.get(`${PicoPath.media}:id`, { onRequest: channelGate(options) }, async (request, reply) => {
    const { id } = request.params as { id: string };
    const file = await media.get(id);
    if (file === undefined) return sendError(reply, 'media_not_found');
    const sent = await send(request.raw, id, {
      ...{ root: media.folder, index: false, dotfiles: 'ignore', cacheControl: false, contentType: false },
    });
    if (sent.type !== 'file') {
      const range = sent.headers['Content-Range'];
      const headers = range === undefined ? {} : { 'content-range': range };
      return sendError(reply, REFUSALS[sent.statusCode] ?? 'internal_error', { headers });
    }
    if (sent.statusCode !== 304) reply.header('content-type', contentType(file));
    return reply
      .code(sent.statusCode)
      .headers({
        ...sent.headers,
        // An id names one content for ever.
        'cache-control': 'private, max-age=31536000, immutable',
        'content-disposition': disposition(file),
        'content-security-policy': "sandbox; default-src 'none'",
        'x-content-type-options': 'nosniff',
      })
      .send(sent.stream);
  });
};

/** Texts are stored as they came from agents, which write UTF-8. */
const contentType = ({ mediaType }: StoredMedia): string =>
  mediaType.startsWith('text/') ? `${mediaType}; charset=utf-8` : mediaType;

/** RFC 6266: the name in its own letters, and the id for those who read only ASCII. */
function disposition(file: StoredMedia): string {
  const { id, filename } = file;
  const kind = isShownImage(file) ? 'inline' : 'attachment';
  if (filename === undefined) return kind === 'inline' ? kind : `${kind}; filename="${id}"`;
  const encoded = encodeURIComponent(filename).replace(/['()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
  return `${kind}; filename="${id}"; filename*=UTF-8''${encoded}`;
}
