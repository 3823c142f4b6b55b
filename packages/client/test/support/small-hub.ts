import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type HubServerFrame, parseHubClientFrame, selectSubprotocol, tokenSubprotocol } from '@picoclaw/protocol';
import { type WebSocket, WebSocketServer } from 'ws';

/** What a hub keeps of one channel; handed to the next one, it survives a restart. */
export type History = { id: string; data: string }[];

/** A hub of one channel in a process of its own kind: real sockets, a token, and everything kept for those who resume. */
export async function startSmallHub({ token = 't0ken', port = 0, history = [] as History } = {}) {
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port,
    handleProtocols: (offered) => selectSubprotocol([...offered]) ?? false,
    verifyClient: ({ req }: { req: { headers: Record<string, string | string[] | undefined> } }) =>
      String(req.headers['sec-websocket-protocol'])
        .split(',')
        .includes(String(tokenSubprotocol(token))),
  });
  const subscribers = new Set<WebSocket>();
  const waiting: (() => void)[] = [];
  const said: unknown[] = [];
  const say = (socket: WebSocket, frame: HubServerFrame) => socket.send(JSON.stringify(frame));
  const publish = (socket: WebSocket, { id, data }: History[number]) =>
    say(socket, { type: 'event', channel: 'numbers', id, time: Number(id), data });

  const subscribe = (socket: WebSocket, ref: string | number | undefined, after: string | undefined) => {
    const id = after ?? history.at(-1)?.id ?? '0';
    say(socket, { type: 'ack', ref, channel: 'numbers', id });
    for (const publication of history) if (Number(publication.id) > Number(id)) publish(socket, publication);
    subscribers.add(socket);
    for (const resolve of waiting.splice(0)) resolve();
  };
  server.on('connection', (socket) => {
    socket.on('close', () => subscribers.delete(socket));
    socket.on('message', (text) => {
      const result = parseHubClientFrame(String(text));
      if (!result.ok) throw new Error(result.message);
      const { frame } = result;
      if (frame.type === 'hello') say(socket, { type: 'welcome', session: frame.session ?? '', heartbeatMs: 30_000 });
      if (frame.type === 'subscribe') subscribe(socket, frame.ref, frame.after);
      if (frame.type === 'send') {
        said.push(frame.data);
        say(socket, { type: 'ack', ref: frame.ref });
      }
    });
  });
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${address.port}/`,
    port: address.port,
    history,
    /** What clients sent. */
    said,
    /** Resolves when somebody subscribes the next time. */
    subscribed: () => new Promise<void>((resolve) => waiting.push(resolve)),
    publish(data: string) {
      const publication = { id: String(history.length + 1), data };
      history.push(publication);
      for (const socket of subscribers) publish(socket, publication);
    },
    async stop() {
      for (const socket of server.clients) socket.close(1012, 'restarting');
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
