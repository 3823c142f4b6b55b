import { expect, test } from 'vitest';
import { aProxy } from '../fixtures/a-proxy.ts';
import {
  createPeers,
  deferred,
  frame,
  maskedFrame,
  readHead,
  readUntil,
  switchingProtocols,
  upgradeRequest,
} from '../fixtures/peers.ts';

test('a frame in the same packet as the 101 reaches the client', async () => {
  const peers = createPeers();
  const port = await peers.upstream((peer, head) => {
    peer.write(Buffer.concat([switchingProtocols(head), frame('hello')]));
    peer.write(frame('world'));
  });
  const { port: proxyPort } = await aProxy(peers, port);
  const client = await peers.client(proxyPort);
  client.write(upgradeRequest('/pico/ws'));
  await readHead(client);
  expect(await readUntil(client, 'world')).toBe(Buffer.concat([frame('hello'), frame('world')]).toString('latin1'));
});

test('frames that the client sent before the 101 reach the gateway behind the handshake, in order', async () => {
  const peers = createPeers();
  const received = deferred<string>();
  const port = await peers.upstream((peer, head) => {
    setTimeout(() => peer.write(switchingProtocols(head)), 50);
    void readUntil(peer, 'three').then(received.resolve);
  });
  const { port: proxyPort } = await aProxy(peers, port);
  const client = await peers.client(proxyPort);
  client.write(Buffer.concat([upgradeRequest('/pico/ws'), maskedFrame('one')]));
  setImmediate(() => client.write(maskedFrame('two')));
  await readHead(client);
  client.write(maskedFrame('three'));
  const all = Buffer.concat([maskedFrame('one'), maskedFrame('two'), maskedFrame('three')]);
  expect(await received.promise).toBe(all.toString('latin1'));
});
