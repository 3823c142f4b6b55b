import { readFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { onTestFinished } from 'vitest';
import { certify } from './certify.ts';
import { freshHome } from './home.ts';

/** Something that listens in the place of a launcher or gateway, and what came to it. */
export interface StandIn {
  readonly port: number;
  /** The head of each request, as it came. */
  readonly heads: readonly string[];
}

interface ProxyEdits {
  readonly request?: (head: string) => string;
  readonly answer?: (head: string) => string;
  /** An answer of the proxy's own. */
  readonly instead?: (head: string) => string | undefined;
}

/** A proxy that changes the heads of requests and answers; a connection carries one request, the rest passes through. */
export function startProxy(targetPort: number, { request, answer, instead }: ProxyEdits): Promise<StandIn> {
  const heads: string[] = [];
  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1');
    joinEnds(client, upstream);
    passOn(client, upstream, (head) => {
      heads.push(head);
      const own = instead?.(head);
      if (own === undefined) return request?.(head) ?? head;
      upstream.removeAllListeners('data');
      client.end(own);
      return undefined;
    });
    passOn(upstream, client, (head) => answer?.(head) ?? head);
  });
  return listening(server, heads);
}

/** A server that gives every request the same answer. */
export function startAnswering(answer: string): Promise<StandIn> {
  const heads: string[] = [];
  const server = createServer((client) => {
    client.on('error', () => client.destroy());
    client.once('data', (bytes) => {
      heads.push(bytes.toString('latin1'));
      client.end(answer);
    });
  });
  return listening(server, heads);
}

/** A server that takes connections and never says anything. */
export function startSilent(): Promise<StandIn> {
  return listening(
    createServer((client) => void client.on('error', () => client.destroy()).resume()),
    [],
  );
}

/** TLS with a self-signed certificate in front of a port; `file` is the certificate. */
export async function startTls(targetPort: number): Promise<StandIn & { readonly file: string }> {
  const { key, certificate } = certify(freshHome());
  const options = { key: readFileSync(key), cert: readFileSync(certificate) };
  const server = createTlsServer(options, (client) => {
    const upstream = connect(targetPort, '127.0.0.1');
    joinEnds(client, upstream);
    client.pipe(upstream).pipe(client);
  });
  return { ...(await listening(server, [])), file: certificate };
}

/** Takes a header out of a head. */
export const without = (name: string) => (head: string) => head.replace(new RegExp(`^${name}:.*\r\n`, 'gim'), '');

function passOn(from: Socket, to: Socket, edit: (head: string) => string | undefined): void {
  let text = '';
  const onData = (bytes: Buffer) => {
    text += bytes.toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) return;
    from.off('data', onData);
    const head = edit(text.slice(0, end + 2));
    if (head === undefined) return;
    to.write(Buffer.from(`${head}\r\n${text.slice(end + 4)}`, 'latin1'));
    from.pipe(to);
  };
  from.on('data', onData);
}

function joinEnds(one: Socket, other: Socket): void {
  for (const [socket, peer] of [
    [one, other],
    [other, one],
  ] as const) {
    socket.on('error', () => socket.destroy());
    socket.once('close', () => peer.destroy());
  }
}

async function listening(server: Server, heads: string[]): Promise<StandIn> {
  return { ...(await listenForTest(server)), heads };
}

/** Listens on a free port for as long as the test runs; then every connection is ended, whatever it waits for. */
export async function listenForTest(server: Server): Promise<{ readonly port: number }> {
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of open) socket.destroy();
    await closed;
  });
  return { port: (server.address() as { port: number }).port };
}
