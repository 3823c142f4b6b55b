import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type Authenticator,
  anyOf,
  apiKeyAuthenticator,
  bearerAuthenticator,
  queryAuthenticator,
  Secret,
} from '@picoclaw/auth';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createHub, type Hub, type HubConnection } from '../src/index.ts';

interface Guarded {
  readonly hub: Hub;
  /** All connections that the hub ever had. */
  readonly connections: readonly HubConnection[];
  /** Dials; answers with the open socket or the HTTP status of the refusal. */
  dial(headers?: Record<string, string>, path?: string): Promise<WebSocket | number>;
}

/** A hub behind a real server which asks the authenticator before it upgrades; a throw is a refusal. */
async function guardedBy(authenticate: Authenticator): Promise<Guarded> {
  const connections: HubConnection[] = [];
  const hub = createHub({ onConnect: (connection) => connections.push(connection) });
  const sockets = new WebSocketServer({ noServer: true });
  const judge = async (request: IncomingMessage) => {
    try {
      return await authenticate(request);
    } catch {
      return { ok: false } as const;
    }
  };
  const server = createServer().listen(0, '127.0.0.1');
  server.on('upgrade', async (request, socket, head) => {
    const result = await judge(request);
    if (!result.ok) {
      socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (upgraded) => {
      try {
        hub.add(upgraded, result.identity);
      } catch {
        upgraded.close(1008);
      }
    });
  });
  onTestFinished(() => void server.close());
  onTestFinished(() => hub.close({ graceMs: 0 }));
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    hub,
    connections,
    async dial(headers = {}, path = '/') {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
      onTestFinished(() => socket.terminate());
      return new Promise((resolve) => {
        socket.on('error', () => {});
        socket.once('open', () => resolve(socket));
        socket.once('unexpected-response', (_request, response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        });
      });
    },
  };
}

const keys = () =>
  new Map([
    ['phone', new Secret('key-1')],
    ['tablet', new Secret('key-2')],
  ]);
const TOKENS: Readonly<Record<string, { id: string; claims?: Record<string, unknown> }>> = {
  right: { id: 'somebody', claims: { roles: ['reader'] } },
  blank: { id: '  ' },
};
const known = (token: Secret) => Object.entries(TOKENS).find(([text]) => token.equals(text))?.[1] ?? false;

/** Subscribes, and answers with what is then published. */
async function receives(hub: Hub, socket: WebSocket): Promise<unknown[]> {
  const frames: { type: string; data?: unknown }[] = [];
  socket.on('message', (text) => frames.push(JSON.parse(String(text))));
  socket.send(JSON.stringify({ type: 'subscribe', ref: 1, channel: 'news' }));
  await once(socket, 'message');
  expect(hub.publish('news', 'hello')).toEqual({ recipients: 1 });
  await once(socket, 'message');
  return frames.map(({ type, data }) => data ?? type);
}

/** An open socket, or the test fails with the status of the refusal. */
function opened(dialled: WebSocket | number): WebSocket {
  if (typeof dialled === 'number') throw new Error(`refused with ${dialled}`);
  return dialled;
}

describe('API keys in front of a hub', () => {
  it.each([
    ['key-1', 'phone'],
    ['key-2', 'tablet'],
  ])('the key %s connects as %s and receives', async (key, id) => {
    const { hub, dial, connections } = await guardedBy(apiKeyAuthenticator(keys()));
    const socket = opened(await dial({ 'X-Api-Key': key }));
    expect(await receives(hub, socket)).toEqual(['ack', 'hello']);
    expect(connections.map(({ identity }) => identity)).toEqual([{ id }]);
  });

  it.each([
    ['an unknown key', { 'x-api-key': 'key-3' }],
    ['a key of other case', { 'x-api-key': 'KEY-1' }],
    ['the beginning of a key', { 'x-api-key': 'key-' }],
    ['the name of a key', { 'x-api-key': 'phone' }],
    ['an empty key', { 'x-api-key': '' }],
    ['two keys in one', { 'x-api-key': 'key-1, key-2' }],
    ['no key', {}],
    ['a key in another header', { authorization: 'Bearer key-1' }],
  ])('%s is refused before the upgrade', async (_what, headers) => {
    const { hub, dial, connections } = await guardedBy(apiKeyAuthenticator(keys()));
    expect(await dial(headers)).toBe(401);
    expect([connections, hub.stats().connections]).toEqual([[], 0]);
  });

  it('keys that are added to the list or taken from it later count as they did', async () => {
    const list = keys();
    const { dial } = await guardedBy(apiKeyAuthenticator(list));
    list.delete('phone');
    list.set('watch', new Secret('key-3'));
    opened(await dial({ 'x-api-key': 'key-1' }));
    expect(await dial({ 'x-api-key': 'key-3' })).toBe(401);
  });
});

describe('a bearer token in front of a hub', () => {
  it.each(['Bearer right', 'bearer right', 'BEARER right', 'Bearer   right '])(
    '"%s" connects',
    async (authorization) => {
      const { hub, dial, connections } = await guardedBy(bearerAuthenticator(known));
      expect(await receives(hub, opened(await dial({ authorization })))).toEqual(['ack', 'hello']);
      expect(connections[0]?.identity).toEqual(TOKENS['right']);
    },
  );

  it.each(['Bearer', 'Bearer ', 'right', 'Basic right', 'Bearer right right', 'Bearer:right', 'Bearer wrong'])(
    '"%s" is refused before the upgrade',
    async (authorization) => {
      const { hub, dial, connections } = await guardedBy(bearerAuthenticator(known));
      expect(await dial({ authorization })).toBe(401);
      expect([connections, hub.stats().connections]).toEqual([[], 0]);
    },
  );

  it('none is refused', async () => {
    const { dial } = await guardedBy(bearerAuthenticator(known));
    expect(await dial()).toBe(401);
  });

  it('one whose owner has a blank name is refused before the upgrade', async () => {
    const { hub, dial, connections } = await guardedBy(bearerAuthenticator(known));
    expect(await dial({ authorization: 'Bearer blank' })).toBe(401);
    expect([connections, hub.stats().connections]).toEqual([[], 0]);
  });

  it('the claims of its owner are those of the moment of the upgrade', async () => {
    const claims = { roles: ['reader'] };
    const { dial, connections } = await guardedBy(bearerAuthenticator(() => ({ id: ' somebody ', claims })));
    opened(await dial({ authorization: 'Bearer any' }));
    claims.roles.push('admin');
    expect(connections[0]?.identity).toEqual({ id: 'somebody', claims: { roles: ['reader'] } });
  });
});

describe('a query token in front of a hub', () => {
  it('connects and receives', async () => {
    const { hub, dial } = await guardedBy(queryAuthenticator(known));
    expect(await receives(hub, opened(await dial({}, '/?token=right')))).toEqual(['ack', 'hello']);
  });

  it.each(['/?token=wrong', '/?token=', '/?token', '/', '/?TOKEN=right', '/?token=right&token=right', '/token=right'])(
    'at %s is refused before the upgrade',
    async (path) => {
      const { dial, connections } = await guardedBy(queryAuthenticator(known));
      expect(await dial({}, path)).toBe(401);
      expect(connections).toEqual([]);
    },
  );
});

describe('several ways in, in front of a hub', () => {
  const either = () => anyOf(apiKeyAuthenticator(keys()), bearerAuthenticator(known), queryAuthenticator(known));

  it('each leads in, and its clients are kept apart', async () => {
    const { hub, dial } = await guardedBy(either());
    opened(await dial({ 'x-api-key': 'key-1' }));
    opened(await dial({ authorization: 'Bearer right' }));
    opened(await dial({}, '/?token=right'));
    const ids = hub.connections().map(({ identity }) => identity.id);
    expect(ids.sort()).toEqual(['phone', 'somebody', 'somebody']);
    expect(hub.disconnect(({ identity }) => identity.id === 'somebody', 4001, 'logged out')).toBe(2);
    expect(hub.connections().map(({ identity }) => identity.id)).toEqual(['phone']);
  });

  it('a wrong credential is not made good by a right one of another kind', async () => {
    const { dial, connections } = await guardedBy(either());
    expect(await dial({ 'x-api-key': 'key-9', authorization: 'Bearer right' })).toBe(401);
    expect(connections).toEqual([]);
  });

  it.each<[string, Authenticator]>([
    [
      'throws',
      () => {
        throw new Error('the database is away');
      },
    ],
    ['rejects', () => Promise.reject(new Error('the database is away'))],
    [
      'throws behind another one',
      anyOf(
        queryAuthenticator(known),
        bearerAuthenticator(() => {
          throw new Error('the database is away');
        }),
      ),
    ],
  ])('an authenticator that %s lets nobody in, and the next request is judged as ever', async (_how, broken) => {
    let isBroken = true;
    const { dial, connections } = await guardedBy((request) =>
      isBroken ? broken(request) : bearerAuthenticator(known)(request),
    );
    expect(await dial({ authorization: 'Bearer right' })).toBe(401);
    expect(connections).toEqual([]);
    isBroken = false;
    opened(await dial({ authorization: 'Bearer right' }));
  });
});
