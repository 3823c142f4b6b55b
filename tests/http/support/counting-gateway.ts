import { fork } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Secret } from '@picoclaw/auth';
import { currentProcess, serializePidRecord } from '@picoclaw/pid';
import { createHandedSockets, type LauncherChannel } from '../../../apps/gateway/src/channel/handed-sockets.ts';
import { createSocketLink, type SocketLink } from '../../../apps/launcher/src/gateway/socket-link.ts';
import { listenAtUnixSocket } from '../../support/unix-socket.ts';
import type { Way } from '../../support/way.ts';

/** RFC 6455, 1.3. */
const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const ECHO = fileURLToPath(new URL('echo.mjs', import.meta.url));

/** Stands behind a launcher, says yes to everything, and keeps each request line: also of what was smuggled in. */
export async function startCountingGateway(pidFile: string, way: Way) {
  const seen: string[] = [];
  const cameBy = new Set<Way>();
  const server = createServer((request, response) => {
    // The launcher's own order, when it sees that there is a channel token now.
    if (request.url?.startsWith('/reload')) return response.end('{}');
    seen.push(`${request.method} ${request.url}`);
    return request
      .resume()
      .once('end', () =>
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 2 }).end('[]'),
      );
  });
  const handed = createHandedSockets();
  server.on('upgrade', (request, socket) => {
    seen.push(`${request.method} ${request.url} upgrade`);
    cameBy.add(wayOf(request.socket));
    socket.on('error', () => socket.destroy());
    handed.opening(request);
    const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}${WEBSOCKET_GUID}`);
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept.digest('base64')}\r\n\r\n`,
    );
    socket.resume().once('end', () => socket.end());
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code !== 'ECONNRESET') seen.push(`what is no request: ${error.code}`);
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const unix = way === 'unix' ? await listenAtUnixSocket(server) : undefined;
  const channel = way === 'handoff' ? createChannel() : undefined;
  if (channel !== undefined) handed.listen(channel.ofGateway, server);
  const { port } = server.address() as AddressInfo;
  // One that was handed over still has the launcher's port.
  const wayOf = ({ localPort }: Socket): Way =>
    localPort === undefined ? 'unix' : localPort === port ? 'tcp' : 'handoff';
  const record = {
    ...currentProcess(),
    token: new Secret('0123456789abcdef0123456789abcdef'),
    version: '9.9.9',
    host: '127.0.0.1',
    port,
    ...(unix && { socketPath: unix.path }),
    instanceId: randomUUID(),
    startedAt: new Date().toISOString(),
    capabilities: ['composed-token'],
  };
  writeFileSync(pidFile, serializePidRecord(record), { mode: 0o600 });
  return {
    link: channel?.link,
    /** The ways that WebSockets have come. */
    cameBy: () => [...cameBy],
    /** Takes what has come since the last time. */
    takeSeen: () => seen.splice(0),
    async close() {
      unix?.close();
      channel?.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Both ends of a channel on which sockets are handed over; a process in between gives everything back. */
function createChannel(): { link: SocketLink; ofGateway: LauncherChannel; close(): void } {
  const echo = fork(ECHO, [], { execArgv: [] });
  return { link: createSocketLink(echo), ofGateway: echo as unknown as LauncherChannel, close: () => void echo.kill() };
}
