import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Secret } from '@picoclaw/auth';
import { expect, it, onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Agent } from '../src/agents/agent.ts';
import { createHeardMessages } from '../src/pico-client/heard-message.ts';
import { ask, bearer, CHANNEL_TOKEN, openSocket, startTestGateway } from './support/test-gateway.ts';

const shouting: Agent = {
  modelName: undefined,
  async *answer({ content }) {
    yield { kind: 'text', text: 'HEARD ' };
    yield { kind: 'text', text: content.toUpperCase() };
  },
};

async function aGateway(agent?: Agent) {
  const gateway = await startTestGateway(agent === undefined ? {} : { agent });
  onTestFinished(async () => {
    gateway.parts.picoClients.close();
    await gateway.app.close();
  });
  return gateway;
}

/** A server of the plain protocol: who connects, and what they say. */
async function aPlainServer() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close());
  await once(server, 'listening');
  const said: string[] = [];
  const seen: { authorization: string | undefined; url: string | undefined }[] = [];
  const sockets: WebSocket[] = [];
  server.on('connection', (socket, { headers: { authorization }, url }) => {
    seen.push({ authorization, url });
    sockets.push(socket);
    socket.on('message', (data) => {
      const { type, payload } = JSON.parse(String(data));
      if (type === 'message.send') said.push(payload.content);
    });
  });
  const say = (type: string, payload?: object) => sockets.at(-1)?.send(JSON.stringify({ type, payload }));
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/pico/ws`, said, seen, sockets, say };
}

it('answers what a plain server says, with its token, and ignores thoughts and placeholders', async () => {
  const server = await aPlainServer();
  const { parts } = await aGateway(shouting);
  parts.picoClients.follow({ url: server.url, token: new Secret('their-token'), sessionId: 'shared' });
  await expect.poll(() => server.seen).toHaveLength(1);
  expect(server.seen[0]).toEqual({
    authorization: 'Bearer their-token',
    url: expect.stringContaining('session_id=shared'),
  });
  server.say('message.create', { message_id: 't', content: 'hm', kind: 'thought' });
  server.say('message.create', { message_id: 'm1', content: '…', placeholder: true });
  server.say('message.update', { message_id: 'm1', content: 'good morning' });
  await expect.poll(() => server.said, { timeout: 5_000 }).toEqual(['HEARD GOOD MORNING']);
  // Said again, as after a reconnect, it is no new question.
  server.say('message.create', { message_id: 'm1', content: 'good morning' });
  server.say('message.create', { message_id: 'm2', content: 'good night' });
  await expect.poll(() => server.said, { timeout: 5_000 }).toEqual(['HEARD GOOD MORNING', 'HEARD GOOD NIGHT']);
});

it('comes back to a server that ended the connection', async () => {
  const server = await aPlainServer();
  const { parts } = await aGateway(shouting);
  parts.picoClients.follow({ url: server.url, token: undefined, sessionId: 'shared' });
  await expect.poll(() => server.sockets).toHaveLength(1);
  server.sockets[0]?.close(1012);
  await expect.poll(() => server.sockets, { timeout: 15_000 }).toHaveLength(2);
  server.say('message.create', { message_id: 'm1', content: 'again' });
  await expect.poll(() => server.said, { timeout: 5_000 }).toEqual(['HEARD AGAIN']);
});

it('speaks with another gateway: a whole streamed message is one question, and two agents come to an end', async () => {
  const other = await aGateway();
  const { parts, lines } = await aGateway(shouting);
  const url = `ws://127.0.0.1:${other.port}/pico/ws`;
  parts.picoClients.follow({ url, token: new Secret(CHANNEL_TOKEN), sessionId: 'shared' });
  await expect.poll(() => other.parts.channel.connectionCount).toBe(1);
  const person = await openSocket(other.port, { path: '/pico/ws?session_id=shared', ...bearer(CHANNEL_TOKEN) });
  await ask(person, '/stream 3');
  const page = async () => (await other.parts.history.page('shared', { limit: 500 }))?.messages ?? [];
  // The built-in agent of the other side does not know what it is told, and says so: that is a message as well.
  await expect
    .poll(async () => (await page()).filter(({ role }) => role === 'user').map(({ content }) => content))
    .toContain('HEARD 1 2 3');
  await expect.poll(() => lines.join(''), { timeout: 20_000 }).toContain('pico_client_limited');
});

it('connects where the settings say, and nowhere when they say nothing', async () => {
  const [one, other] = [await aPlainServer(), await aPlainServer()];
  const { parts } = await aGateway(shouting);
  const settings = { token: new Secret('t'), sessionId: 'shared' };
  parts.picoClients.follow({ url: one.url, ...settings });
  await expect.poll(() => one.seen).toHaveLength(1);
  parts.picoClients.follow({ url: one.url, ...settings, token: new Secret('t') });
  const closed = once(one.sockets[0] as WebSocket, 'close');
  parts.picoClients.follow({ url: other.url, ...settings });
  await closed;
  await expect.poll(() => other.seen).toHaveLength(1);
  expect(one.seen).toHaveLength(1);
  const ended = once(other.sockets[0] as WebSocket, 'close');
  parts.picoClients.follow(undefined);
  await ended;
});

it('takes a message for whole when its server stops typing, or at once from one that does not type', () => {
  const heard = createHeardMessages();
  const create = (message_id: string, content: string) =>
    heard.take({ type: 'message.create', payload: { message_id, content } });
  const update = (message_id: string, content: string) =>
    heard.take({ type: 'message.update', payload: { message_id, content } });
  expect(create('a', 'at once')).toEqual([{ id: 'a', content: 'at once' }]);
  expect(update('a', 'at once, corrected')).toEqual([]);
  expect(heard.take({ type: 'typing.start' })).toEqual([]);
  expect(create('b', 'in')).toEqual([]);
  expect(update('b', 'in pieces')).toEqual([]);
  expect(create('c', 'gone')).toEqual([]);
  expect(heard.take({ type: 'message.delete', payload: { message_id: 'c' } })).toEqual([]);
  expect(heard.take({ type: 'typing.stop' })).toEqual([{ id: 'b', content: 'in pieces' }]);
  expect(create('d', '  ')).toEqual([]);
});
