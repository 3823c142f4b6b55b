import { createServer, type Server } from 'node:http';
import type { AddressInfo, ListenOptions } from 'node:net';
import fp from 'fastify-plugin';
import { httpServerLimits } from './limits.ts';
import { findPortHolder } from './port-holder.ts';
import { shedSlowReaders } from './slow-readers.ts';

/** One address to listen on. `optional`: skipped where the machine does not have that address family. */
export interface BindAddress {
  readonly host: string;
  readonly ipv6Only?: boolean;
  readonly optional?: boolean;
}

/** Where to listen; port 0 takes any free one, the same for all addresses. */
export interface BindOptions {
  readonly addresses: readonly BindAddress[];
  readonly port: number;
  /** Called with each server before it listens, such as to put TLS before it. */
  readonly prepare?: ((server: Server) => void) | undefined;
}

/** Listening failed. `code` is Node's (`EADDRINUSE`, `EACCES`, …); the message names the port, who holds it and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly code: string;

  constructor(code: string, message: string, cause: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Listens on every address with the same routes; answers with what was bound. Throws `ListenError`, and then nothing is bound. */
    bind(options: BindOptions): Promise<AddressInfo[]>;
    /** Listens on a unix socket too, for its owner alone (0600). Throws what `listen` throws. */
    bindUnixSocket(path: string): Promise<void>;
  }
}

const NO_SUCH_ADDRESS = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);

/** Adds `app.bind`: Fastify itself listens on one address only. Slow readers are shed on each. */
export const binding = fp(
  async (app) => {
    const others = new Set<Server>();
    let prepareServer: BindOptions['prepare'];
    shedSlowReaders(app.server);

    const listenAgain = async (where: ListenOptions) => {
      const { requestTimeout, keepAliveTimeout, http } = httpServerLimits;
      const server = createServer({ requestTimeout, keepAliveTimeout, ...http });
      server.maxConnections = app.server.maxConnections;
      shedSlowReaders(server);
      prepareServer?.(server);
      server.maxHeadersCount = app.server.maxHeadersCount;
      // All listeners are the first server's: an address must not be judged less than another.
      for (const event of ['request', 'checkExpectation', 'upgrade', 'connect', 'clientError']) {
        server.on(event, (...details) => app.server.emit(event, ...details));
      }
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(where, resolve);
      });
      others.add(server);
      return server.address() as AddressInfo;
    };

    app.decorate('bind', async ({ addresses, port, prepare }) => {
      prepareServer = prepare;
      prepare?.(app.server);
      const bound: AddressInfo[] = [];
      for (const address of addresses) {
        const wanted = bound[0]?.port ?? port;
        try {
          const { host, ipv6Only = false } = address;
          if (bound.length > 0) bound.push(await listenAgain({ host, port: wanted, ipv6Only }));
          else bound.push(await listenFirst(address, wanted));
        } catch (error) {
          if (address.optional && NO_SUCH_ADDRESS.has(codeOf(error))) continue;
          await app.close();
          throw explain(error, address.host, wanted);
        }
      }
      return bound;
    });

    const listenFirst = async ({ host, ipv6Only = false }: BindAddress, port: number) => {
      await app.listen({ host, port, ipv6Only, listenTextResolver: (address) => `listening at ${address}` });
      return app.server.address() as AddressInfo;
    };

    app.decorate('bindUnixSocket', async (path) => {
      // The bind happens within the call, so nothing else is made under this mask.
      const before = process.umask(0o177);
      try {
        const listening = listenAgain({ path });
        process.umask(before);
        await listening;
      } finally {
        process.umask(before);
      }
    });

    app.addHook('preClose', async () => {
      for (const server of others) {
        server.close();
        server.closeIdleConnections();
      }
    });
    app.addHook('onClose', async () => {
      for (const server of others) server.closeAllConnections();
    });
  },
  { name: 'binding', fastify: '5.x' },
);

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'UNKNOWN';

function explain(error: unknown, host: string, port: number): ListenError {
  const code = codeOf(error);
  const fail = (message: string) => new ListenError(code, message, error);
  if (code === 'EADDRINUSE') {
    const holder = findPortHolder(port);
    const by = holder === undefined ? 'another program' : `pid ${holder.pid} (${holder.command})`;
    return fail(`port ${port} on ${host} is in use by ${by}: stop it, or choose another port`);
  }
  if (code === 'EACCES') return fail(`port ${port} on ${host} needs more rights: choose a port of 1024 or above`);
  if (NO_SUCH_ADDRESS.has(code)) return fail(`${host} is not an address of this machine: change the host to bind`);
  return fail(`cannot listen on ${host} port ${port}: ${code}`);
}
