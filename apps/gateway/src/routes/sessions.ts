import { PicoPath } from '@picoclaw/protocol';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { channelGate } from '../access/channel-gate.ts';
import type { Channel } from '../channel/channel.ts';
import { sendError } from '../errors.ts';
import type { HistoryStore } from '../history/history-store.ts';
import type { GatewayIdentity } from '../identity.ts';
import { type MediaStore, mediaIdOf } from '../media/media-store.ts';
import type { SettingsHolder } from '../settings.ts';

interface SessionRoutesOptions {
  readonly identity: GatewayIdentity;
  readonly settings: SettingsHolder;
  readonly history: HistoryStore;
  readonly media: MediaStore;
  readonly channel: Channel;
}

const wholeNumber = (max: number) => z.coerce.number().int().min(0).max(max);
const ListQuery = z.object({
  offset: wholeNumber(Number.MAX_SAFE_INTEGER).default(0),
  limit: wholeNumber(1_000).default(50),
  search: z.string().max(200).optional(),
});
const PageQuery = z.object({
  before: wholeNumber(Number.MAX_SAFE_INTEGER).optional(),
  limit: wholeNumber(1_000).default(100),
});

/** `/pico/sessions`: what was said in which session; for whoever has a token of the channel (gateway.md, "History"). */
export const sessionRoutes: FastifyPluginAsync<SessionRoutesOptions> = async (app, options) => {
  const { history, media, channel } = options;
  app.addHook('onRequest', channelGate(options));

  app.get(PicoPath.sessions, async (request, reply) => {
    const query = ListQuery.safeParse(request.query);
    if (!query.success) return badQuery(reply, query.error);
    const { offset, limit, search } = query.data;
    const { sessions, total } = await history.list({ offset, limit, ...(search !== undefined && { search }) });
    // A plain list, as existing front ends have it; how many there are in all stands beside it.
    return reply.header('x-total-count', total).send(sessions);
  });

  app.get(`${PicoPath.sessions}/:id`, async (request, reply) => {
    const query = PageQuery.safeParse(request.query);
    if (!query.success) return badQuery(reply, query.error);
    const { before, limit } = query.data;
    const page = await history.page(idOf(request), { limit, ...(before !== undefined && { before }) });
    if (page === undefined) return sendError(reply, 'session_not_found');
    return { id: idOf(request), messages: page.messages, before: page.before ?? null, seq: page.seq };
  });

  app.delete(`${PicoPath.sessions}/:id`, async (request, reply) => {
    const id = idOf(request);
    await channel.endSession(id);
    const files = await filesOf(id);
    if (!(await history.delete(id))) return sendError(reply, 'session_not_found');
    await Promise.all(files.map((file) => media.delete(file)));
    return { status: 'ok' };
  });

  /** The stored files that a session names: they go with it. */
  async function filesOf(id: string): Promise<readonly string[]> {
    const files: string[] = [];
    let before: number | undefined;
    do {
      const page = await history.page(id, { limit: PAGE, ...(before !== undefined && { before }) });
      for (const { media: urls = [], attachments = [] } of page?.messages ?? []) {
        files.push(...[...urls, ...attachments.map(({ url }) => url)].flatMap((url) => mediaIdOf(url) ?? []));
      }
      before = page?.before;
    } while (before !== undefined);
    return files;
  }
};

const PAGE = 500;

const idOf = ({ params }: FastifyRequest): string => (params as { id: string }).id;

const badQuery = (reply: FastifyReply, error: z.ZodError) =>
  sendError(reply, 'bad_request', {
    message: error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
  });
