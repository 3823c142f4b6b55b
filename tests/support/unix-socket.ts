import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Has a server take connections at a unix socket too, in a folder of its own, as a gateway does. */
export async function listenAtUnixSocket(server: Server) {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-socket-'));
  const path = join(folder, 'gateway.sock');
  const terminal = createServer();
  // Its connections are the server's, as if they had come to its port.
  terminal.removeAllListeners('connection').on('connection', (socket) => server.emit('connection', socket));
  const umask = process.umask(0o077);
  terminal.listen(path);
  process.umask(umask);
  await once(terminal, 'listening');
  return {
    path,
    close() {
      terminal.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
