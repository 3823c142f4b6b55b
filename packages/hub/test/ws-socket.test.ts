import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createHub, type Hub, wsSocket } from '../src/index.ts';

let hub: Hub;
let client: WebSocket;
/** The hub's end of the WebSocket, and the connection below it. */
let ours: WebSocket;
let connection: Socket;
let heard: string[];

beforeEach(async () => {
  hub = createHub();
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  server.on('connection', (socket, request) => {
    [ours, connection] = [socket, request.socket];
    hub.add(wsSocket(socket, connection), { id: 'somebody' });
  });
  await once(server, 'listening');
  client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  heard = [];
  client.on('message', (data) => heard.push(JSON.parse(String(data)).data));
  onTestFinished(async () => {
    client.terminate();
    await hub.close({ graceMs: 0 });
    server.close();
  });
  await once(client, 'open');
});

const untilHeard = (count: number) => expect.poll(() => heard.length).toBe(count);

describe('frames that are made once for all', () => {
  it('carry texts of every length and of any characters', async () => {
    hub.broadcast('');
    await untilHeard(1);
    const around = [125, 126, 65_535, 65_536].flatMap((length) => [length - 90, length - 40, length, length + 1]);
    const texts = around.map((length) => 'x'.repeat(length)).concat('ä€😀'.repeat(30_000));
    for (const text of texts) {
      hub.broadcast(text);
      await untilHeard(heard.length + 1);
    }
    expect(heard.slice(1)).toEqual(texts);
  });

  it('have the length in them that their text has as bytes, to the byte', async () => {
    const empty = JSON.stringify({ id: '', type: 'event', data: '', time: Date.now() }).length;
    const lengths: number[] = [];
    client.on('message', (data) => lengths.push((data as Buffer).length));
    for (const near of [126, 65_536]) {
      for (let length = near - empty - 40; length < near - empty + 10; length += 1) {
        hub.broadcast('x'.repeat(length));
        await untilHeard(lengths.length + 1);
      }
    }
    // The lengths at which the header of a frame changes its form (RFC 6455, 5.2).
    expect(lengths).toEqual(expect.arrayContaining([125, 126, 65_535, 65_536]));
  });

  it('go out together with what else was published in that turn, and in order with what the socket says itself', async () => {
    const write = vi.spyOn(connection, 'write');
    for (const data of ['1', '2', '3']) hub.broadcast(data);
    await untilHeard(3);
    expect(write).toHaveBeenCalledTimes(1);
    expect(heard).toEqual(['1', '2', '3']);
    hub.broadcast('4');
    ours.send('{"data":"before"}');
    await untilHeard(5);
    expect(heard).toEqual(['1', '2', '3', 'before', '4']);
  });

  it('are not sent behind the closing of the socket', async () => {
    const closed = once(client, 'close');
    hub.broadcast('too late');
    ours.close(4001, 'enough');
    expect((await closed)[0]).toBe(4001);
    expect(heard).toEqual([]);
  });
});
