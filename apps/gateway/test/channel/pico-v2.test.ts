import { once } from 'node:events';
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseServerFrame, type ServerFrame } from '@picoclaw/protocol';
import { expect, it, onTestFinished } from 'vitest';
import type { WebSocket } from 'ws';
import { bearer, CHANNEL_TOKEN, openSocket, startTestGateway, upgradeStatus } from '../support/test-gateway.ts';

type Gateway = Awaited<ReturnType<typeof startTestGateway>>;

/** A client of pico.v2 in session `s`, and all that it hears. */
async function aClient({ port }: Gateway, query = '', protocols = ['pico.v2']) {
  // Listens from the first byte on: `hello` comes with the handshake.
  const frames: ServerFrame[] = [];
  const socket = await openSocket(port, {
    ...{ path: `/pico/ws?session_id=s${query}`, protocols, ...bearer(CHANNEL_TOKEN) },
    finishRequest: (request: { end(): void }, socket: WebSocket) => {
      socket.on('message', (data) => {
        const parsed = parseServerFrame(String(data));
        if (parsed.ok) frames.push(parsed.frame);
      });
      request.end();
    },
  } as never);
  onTestFinished(() => socket.terminate());
  const heard = (type: ServerFrame['type']) => frames.filter((frame) => frame.type === type);
  return {
    socket,
    frames,
    heard,
    numbers: () => frames.flatMap(({ seq }) => seq ?? []),
    send: (content: string, id?: string) =>
      socket.send(JSON.stringify({ type: 'message.send', ...(id !== undefined && { id }), payload: { content } })),
    until: (type: ServerFrame['type'], count = 1) =>
      expect.poll(() => heard(type).length, { timeout: 5_000 }).toBeGreaterThanOrEqual(count),
  };
}

async function aGateway(options: Parameters<typeof startTestGateway>[0] = {}): Promise<Gateway> {
  const gateway = await startTestGateway(options);
  onTestFinished(() => gateway.app.close());
  return gateway;
}

/** The same home in another process, as far as memory goes. */
async function restarted({ app, parts, folder }: Gateway): Promise<Gateway> {
  await parts.channel.closeConnections();
  await parts.channel.finishAnswers();
  await app.close();
  await parts.history.close();
  return aGateway({ sessionsFolder: folder });
}

const payloadsOf = (frames: ServerFrame[]) => frames.map((frame) => ('payload' in frame ? frame.payload : undefined));

it('is greeted first, and every further frame of the session has the next number', async () => {
  const client = await aClient(await aGateway());
  client.send('/echo one', 'q1');
  await client.until('typing.stop');
  expect(client.frames.map(({ type, seq }) => [type, seq])).toEqual([
    ['hello', undefined],
    ['ack', 1],
    ['typing.start', 2],
    ['message.create', 3],
    ['typing.stop', 4],
  ]);
  expect(client.frames[0]).toMatchObject({
    payload: { session_id: 's', instance_id: 'instance-of-the-tests', seq: 0 },
  });
});

it('acknowledges a message again when it comes again, and answers it once', async () => {
  const client = await aClient(await aGateway());
  for (const times of [1, 2, 3]) {
    client.send('/echo one', 'q1');
    await client.until('ack', times);
  }
  // Two that are on their way at the same time are one as well.
  for (let times = 0; times < 2; times += 1) client.send('/echo two', 'q2');
  await client.until('typing.stop', 2);
  expect(payloadsOf(client.heard('message.create'))).toMatchObject([{ content: 'one' }, { content: 'two' }]);
  const acks = client.frames.flatMap((frame) =>
    frame.type === 'ack' && frame.payload.id === 'q1' ? frame.payload : [],
  );
  expect(acks).toEqual([acks[0], acks[0], acks[0]]);
});

it('acknowledges nothing that is not on the disk, and takes it when there is room again', async () => {
  const gateway = await aGateway();
  const client = await aClient(gateway);
  const elsewhere = `${gateway.folder}.elsewhere`;
  await client.until('hello');
  renameSync(gateway.folder, elsewhere);
  client.send('/echo one', 'q1');
  await client.until('error');
  expect(client.heard('error')).toMatchObject([{ payload: { code: 'storage_failed', request_id: 'q1' } }]);
  renameSync(elsewhere, gateway.folder);
  client.send('/echo one', 'q1');
  await client.until('typing.stop');
  expect(client.frames.map(({ type }) => type)).toEqual([
    ...['hello', 'error', 'ack', 'typing.start', 'message.create', 'typing.stop'],
  ]);
});

it('wants an id for each message', async () => {
  const client = await aClient(await aGateway());
  client.send('/echo one');
  await client.until('error');
  expect(client.frames.at(-1)).toMatchObject({ payload: { code: 'invalid_message' } });
  expect(client.numbers()).toEqual([]);
});

it('tells who comes back every frame after the last one heard, in order, then the live ones', async () => {
  const gateway = await aGateway();
  const first = await aClient(gateway);
  first.send('/stream 3', 'q1');
  await first.until('typing.stop');
  const all = first.frames.filter(({ seq }) => seq !== undefined);
  first.socket.terminate();
  const second = await aClient(gateway, '&after=2');
  second.send('/echo live', 'q2');
  await second.until('typing.stop', 2);
  const last = all.at(-1)?.seq ?? 0;
  expect(second.frames[0]).toMatchObject({ type: 'hello', payload: { seq: last } });
  expect(second.frames.slice(1, last - 1)).toEqual(all.slice(2));
  expect(second.numbers()).toEqual(Array.from({ length: last + 4 - 2 }, (_, index) => index + 3));
});

it('says nothing twice to who has everything', async () => {
  const gateway = await aGateway();
  const first = await aClient(gateway);
  first.send('/echo one', 'q1');
  await first.until('typing.stop');
  const second = await aClient(gateway, '&after=4');
  second.send('/echo two', 'q2');
  await second.until('typing.stop');
  expect(second.numbers()).toEqual([5, 6, 7, 8]);
});

it.each([
  ['from the future', '&after=99'],
  ['of a session that has lost its journal', '&after=1'],
])('says resync to a number %s, and goes on from there', async (what, query) => {
  const before = await aGateway();
  const first = await aClient(before);
  first.send('/echo one', 'q1');
  await first.until('typing.stop');
  if (what.startsWith('of a')) {
    const closed = once(first.socket, 'close');
    first.socket.close();
    await closed;
    await expect.poll(() => before.parts.channel.sessionCount).toBe(0);
    rmSync(join(before.folder, 'frames'), { recursive: true });
  }
  const gateway = await restarted(before);
  const client = await aClient(gateway, query);
  await client.until('resync');
  const [, resync] = client.frames;
  client.send('/echo two', 'q2');
  await client.until('typing.stop');
  const from = (resync?.type === 'resync' && resync.payload.seq) || 0;
  expect(client.numbers()).toEqual([1, 2, 3, 4].map((number) => from + number));
  expect(from).toBeGreaterThanOrEqual(4);
});

it('goes on with its numbers, and knows what it has stored, after a restart', async () => {
  const before = await aGateway();
  const first = await aClient(before);
  first.send('/echo one', 'q1');
  await first.until('typing.stop');
  const gateway = await restarted(before);
  const client = await aClient(gateway, '&after=1');
  client.send('/echo one', 'q1');
  await client.until('ack');
  client.send('/echo two', 'q2');
  await client.until('typing.stop', 2);
  expect(client.numbers()).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  expect(payloadsOf(client.heard('message.create'))).toMatchObject([{ content: 'one' }, { content: 'two' }]);
  expect(client.heard('ack')[0]).toMatchObject({ payload: { id: 'q1', message_id: expect.any(String) } });
});

it('tells all clients of the session the same, those of the plain protocol without numbers and acknowledgements', async () => {
  const gateway = await aGateway();
  const [one, other, plain] = await Promise.all([
    aClient(gateway),
    aClient(gateway),
    aClient(gateway, '', ['pico.v1']),
  ]);
  one.send('/echo hello', 'q1');
  await Promise.all([one, other, plain].map((client) => client.until('typing.stop')));
  expect(other.frames.slice(1)).toEqual(one.frames.slice(1));
  const said = one.frames.filter(({ type }) => type !== 'hello' && type !== 'ack');
  expect(plain.frames).toEqual(said.map(({ seq: _, ...frame }) => frame));
});

it.each(['x', '-1', '1.5', '1e3', '9'.repeat(20), '1&after=2'])(
  'refuses after=%s before the upgrade',
  async (after) => {
    const { port } = await aGateway();
    const options = { path: `/pico/ws?session_id=s&after=${after}`, ...bearer(CHANNEL_TOKEN) };
    expect(await upgradeStatus(port, options)).toBe(400);
  },
);
