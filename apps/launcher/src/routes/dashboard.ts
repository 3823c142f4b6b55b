import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { lookup } from 'mrmime';
import { localPath } from '../access/origin.ts';
import { underBase } from '../access/session.ts';
import { sendError } from '../errors.ts';

interface Asset {
  readonly type: string;
  readonly etag: string;
  readonly cacheControl: string;
  readonly plain: Buffer;
  readonly encoded: ReadonlyMap<'br' | 'gzip', Buffer>;
}

/** The built dashboard, in memory: a file costs a map look-up, and no path can lead outside. */
export type DashboardFiles = ReadonlyMap<string, Asset>;

const ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;
const INDEX = '/index.html';
/** The same page for signing in and setting up, which asks for less in advance. */
const ENTRANCE = '/entrance.html';
const PAGES: ReadonlySet<string> = new Set([INDEX, ENTRANCE]);
const ASSETS = '/assets/';
const ONE_YEAR_S = 31_536_000;
/** No pages there, where `?token=` would sign in. The router tells `/API` from `/api`; a proxy in front, or a person, may not. */
const RESERVED = '/:area(^(?:[aA][pP][iI]|[pP][iI][cC][oO])$)';

/**
 * Reads the built dashboard with its pre-compressed twins. An absent folder gives an empty map. Nobody is served yet: one
 * file after the other is read in a quarter of the time that it takes to hand them all to other threads.
 */
export function loadDashboard(folder: string, basePath: string): DashboardFiles {
  const names = namesIn(folder);
  const files = new Map<string, Asset>();
  for (const name of names.filter((file) => !/\.(br|gz|map)$/.test(file))) {
    const isPage = PAGES.has(`/${name}`);
    const bytes = readFileSync(join(folder, name));
    const plain = isPage ? withBase(bytes, basePath) : bytes;
    const encoded = new Map<'br' | 'gzip', Buffer>();
    for (const [encoding, ending] of ENCODINGS) {
      // A page was changed after it was compressed.
      if (!isPage && names.includes(name + ending)) encoded.set(encoding, readFileSync(join(folder, name + ending)));
    }
    files.set(`/${name}`, {
      type: lookup(name) ?? 'application/octet-stream',
      etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
      cacheControl: name.startsWith('assets/') ? `public, max-age=${ONE_YEAR_S}, immutable` : 'no-cache',
      plain,
      encoded,
    });
  }
  return files;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
  } catch {
    return [];
  }
}

/** Tells the page under which path it lives; everything in it is relative to that. */
function withBase(page: Buffer, basePath: string): Buffer {
  const href = basePath === '/' ? '/' : `${basePath}/`;
  return Buffer.from(page.toString('utf8').replace(/<base href="[^"]*"/, `<base href="${href}"`));
}

interface DashboardOptions {
  readonly files: DashboardFiles;
  readonly basePath: string;
  readonly isSetupPending: () => boolean;
}

/** The dashboard's files and pages; every path that is not a file is a page of the single-page app. */
export async function dashboardRoutes(
  app: FastifyInstance,
  { files, basePath, isSetupPending }: DashboardOptions,
): Promise<void> {
  const page = (file: Asset | undefined) => (request: FastifyRequest, reply: FastifyReply) => {
    if (file !== undefined) return sendFile(request, reply, file);
    return sendError(request, reply, 'not_found', { message: 'The dashboard is not built: run "npm run build".' });
  };
  const index = page(files.get(INDEX));
  const entrance = page(files.get(ENTRANCE) ?? files.get(INDEX));
  const isSignedIn = (request: FastifyRequest) => request.caller.kind !== 'anonymous';

  for (const [path, file] of files) {
    if (PAGES.has(path) || path.startsWith(ASSETS)) continue;
    app.get(path, { config: { public: true } }, (request, reply) => sendFile(request, reply, file));
  }
  // Scripts and styles are the same for everybody, and the sign-in page needs them. One route: they are many.
  app.get(`${ASSETS}*`, { config: { public: true } }, (request, reply) => {
    const file = files.get(ASSETS + (request.params as { '*': string })['*']);
    return file === undefined ? sendError(request, reply, 'not_found') : sendFile(request, reply, file);
  });

  app.get('/login', { config: { public: 'optional', page: true } }, (request, reply) => {
    reply.header('cache-control', 'no-store');
    if (!isSignedIn(request)) return entrance(request, reply);
    const { next } = request.query as { next?: unknown };
    return reply.redirect(localPath(next ?? underBase(basePath, '/')), 303);
  });
  app.get('/setup', { config: { public: 'optional', page: true } }, (request, reply) => {
    reply.header('cache-control', 'no-store');
    return isSetupPending() ? entrance(request, reply) : reply.redirect(underBase(basePath, '/login'), 303);
  });
  for (const url of [RESERVED, `${RESERVED}/*`])
    app.all(url, (request, reply) => sendError(request, reply, 'not_found'));
  app.get('/*', { config: { page: true } }, index);
}

/** With a base path, the address without it, and the base path without its slash, lead to the dashboard. */
export async function entryRoutes(app: FastifyInstance, { basePath }: { basePath: string }): Promise<void> {
  for (const url of ['/', basePath]) {
    app.get(url, { config: { public: 'optional', page: true } }, (_request, reply) =>
      reply.redirect(`${basePath}/`, 303),
    );
  }
}

function sendFile(request: FastifyRequest, reply: FastifyReply, file: Asset): FastifyReply {
  const accepted = request.headers['accept-encoding'] ?? '';
  const encoding = [...file.encoded.keys()].find((name) =>
    new RegExp(`\\b${name}\\b(?!\\s*;\\s*q=0(?:\\.0*)?(?:,|$))`).test(accepted),
  );
  reply.type(file.type).header('etag', file.etag).header('vary', 'accept-encoding');
  if (!reply.hasHeader('cache-control')) reply.header('cache-control', file.cacheControl);
  if (request.headers['if-none-match'] === file.etag) return reply.code(304).send();
  const body = encoding === undefined ? file.plain : file.encoded.get(encoding);
  return encoding === undefined ? reply.send(body) : reply.header('content-encoding', encoding).send(body);
}
