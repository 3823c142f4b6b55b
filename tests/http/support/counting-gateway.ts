import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Secret } from '@picoclaw/auth';
import { currentProcess, serializePidRecord } from '@picoclaw/pid';

/** RFC 6455, 1.3. */
const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Stands behind a launcher, says yes to everything, and keeps each request line: also of what was smuggled in. */
export async function startCountingGateway(pidFile: string) {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    request
      .resume()
      .once('end', () =>
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 2 }).end('[]'),
      );
  });
  server.on('upgrade', (request, socket) => {
    seen.push(`${request.method} ${request.url} upgrade`);
    socket.on('error', () => socket.destroy());
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
  const record = {
    ...currentProcess(),
    token: new Secret('0123456789abcdef0123456789abcdef'),
    version: '9.9.9',
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    instanceId: randomUUID(),
    startedAt: new Date().toISOString(),
    capabilities: ['composed-token'],
  };
  writeFileSync(pidFile, serializePidRecord(record), { mode: 0o600 });
  return {
    /** Takes what has come since the last time. */
    takeSeen: () => seen.splice(0),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
