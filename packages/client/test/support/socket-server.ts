import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';

/** One accepted connection, with what it has said so far. */
export interface Accepted {
  socket: WebSocket;
  request: IncomingMessage;
  /** The next text that has not been taken yet. */
  text(): Promise<string>;
}

/** A queue whose readers wait for what is not there yet. */
function createQueue<T>() {
  const values: T[] = [];
  const readers: ((value: T) => void)[] = [];
  return {
    put(value: T) {
      const reader = readers.shift();
      if (reader === undefined) values.push(value);
      else reader(value);
    },
    take(): Promise<T> {
      const value = values.shift();
      return value === undefined ? new Promise((resolve) => readers.push(resolve)) : Promise.resolve(value);
    },
    size: () => values.length,
  };
}

/** A real WebSocket server on a free port, whose connections are taken one by one. */
export async function startSocketServer(options: ServerOptions = {}) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, ...options });
  const connections = createQueue<Accepted>();
  server.on('connection', (socket, request) => {
    const texts = createQueue<string>();
    socket.on('message', (data) => texts.put(String(data)));
    socket.on('error', () => undefined);
    connections.put({ socket, request, text: texts.take });
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}/pico/ws`,
    port,
    /** The next connection that has not been taken yet. */
    accept: connections.take,
    /** Connections that came and were not taken. */
    waiting: connections.size,
    async stop() {
      for (const socket of server.clients) socket.terminate();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

export type SocketServer = Awaited<ReturnType<typeof startSocketServer>>;
