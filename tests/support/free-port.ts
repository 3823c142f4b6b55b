import { createServer } from 'node:net';

/**
 * Below what systems give to outgoing connections (ip_local_port_range of Linux begins at 32768): any client on this machine
 * could be given one of those between now and the start of the program that is to listen there. Every worker has ports of
 * its own, and begins somewhere among them.
 */
const FIRST_PORT = 20_000;
const PORTS_OF_A_WORKER = 1_000;
const ownPorts = FIRST_PORT + (Number(process.env['VITEST_POOL_ID'] ?? 0) % 12) * PORTS_OF_A_WORKER;
let lastPort = (process.pid * 31) % PORTS_OF_A_WORKER;

/** A TCP port on which nobody listens at this moment, and which nobody else is given soon. */
export async function freePort(): Promise<number> {
  for (;;) {
    lastPort = (lastPort + 1) % PORTS_OF_A_WORKER;
    const port = ownPorts + lastPort;
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
