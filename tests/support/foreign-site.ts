import { createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { connect, createServer as createTcpServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** A site of somebody else's, under whichever name it is asked for. */
export interface ForeignSite {
  readonly port: number;
  /** All that was asked of it. */
  readonly requests: readonly SeenRequest[];
  /** Puts a page on the site; answers with its path. */
  page(html: string, headers?: OutgoingHttpHeaders): string;
  /** Has the site's name and port lead to another server, as after a change in the DNS (DNS rebinding). */
  rebindTo(port: number): void;
}

/** Starts a site that answers every address with a blank page until it has others. */
export async function startForeignSite(): Promise<ForeignSite> {
  const requests: SeenRequest[] = [];
  const pages = new Map<string, { html: string; headers: OutgoingHttpHeaders }>();
  const http = createServer(({ method = '', url = '', headers }, response) => {
    requests.push({ method, url, headers });
    const page = pages.get(url.split('?')[0] ?? '') ?? { html: '', headers: {} };
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', connection: 'close', ...page.headers });
    response.end(`<!doctype html><title>A foreign site</title>${page.html}`);
  });
  http.on('upgrade', ({ method = '', url = '', headers }, socket) => {
    requests.push({ method, url, headers });
    socket.destroy();
  });
  let target: number | undefined;
  const open = new Set<Socket>();
  const server = createTcpServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket)).on('error', () => socket.destroy());
    if (target === undefined) http.emit('connection', socket);
    else join(socket, connect(target, '127.0.0.1'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const closeAll = () => {
    for (const socket of open) socket.destroy();
  };
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    closeAll();
    await closed;
  });
  return {
    port: (server.address() as { port: number }).port,
    requests,
    page(html, headers = {}) {
      const path = `/page-${pages.size}`;
      pages.set(path, { html, headers });
      return path;
    },
    rebindTo(port) {
      target = port;
      closeAll();
    },
  };
}

function join(client: Socket, upstream: Socket): void {
  upstream.on('error', () => client.destroy()).once('close', () => client.destroy());
  client.once('close', () => upstream.destroy());
  client.pipe(upstream).pipe(client);
}
