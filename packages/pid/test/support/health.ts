import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { onTestFinished } from 'vitest';

/** Listens on a free port of 127.0.0.1. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** An HTTP server for the running test; it counts what it is asked. */
export async function aHealthServer(listener: RequestListener): Promise<{ port: number; requests: () => number }> {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    listener(request, response);
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: await listen(server), requests: () => requests };
}

/** A gateway's `/health` with these fields besides `status`. */
export function aHealthyServer(fields: Record<string, unknown> = {}) {
  return aHealthServer((_, response) => response.end(JSON.stringify({ status: 'ok', ...fields })));
}

/** A port on which nobody listens. */
export async function aClosedPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
