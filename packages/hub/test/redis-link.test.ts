import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { BackplaneStatus } from '../src/index.ts';
import { CHANNEL, missedTexts, openNode, readyNode } from './support/redis-node.ts';
import { freePort, LOSES_DATA, startRedis } from './support/redis-server.ts';
import { layCable } from './support/tcp-cable.ts';

const KEY = 'picoclaw:hub';
const longTimeout = { answerWithinMs: 60_000 };
const shortTimeout = { answerWithinMs: 100 };

describe('a Redis that hangs', () => {
  it('holds up delivery on this node only for a moment, and nothing comes twice once it goes on', async () => {
    const redis = await startRedis();
    const [a, b] = [await readyNode(redis.url, shortTimeout), await readyNode(redis.url, shortTimeout)];
    redis.pause();
    for (const text of ['a1', 'a2', 'a3']) a.say(text);
    expect(a.received).toEqual([]);
    await a.untilHeard('a3');
    expect(a.backplane.status()).toMatchObject({ state: 'detached', reason: 'Redis does not answer.' });
    a.say('a4');
    expect(a.texts()).toEqual(['a1', 'a2', 'a3', 'a4']);
    redis.resume();
    await Promise.all([a.untilReady(), b.untilReady(), b.untilHeard('a4')]);
    a.say('a5');
    await Promise.all([a.untilHeard('a5'), b.untilHeard('a5')]);
    expect(a.texts()).toEqual(['a1', 'a2', 'a3', 'a4', 'a5']);
    expect(b.texts()).toEqual(['a1', 'a2', 'a3', 'a4', 'a5']);
    // The first three may be in the stream twice: Redis reads what a connection had brought before it was given up.
    const fresh = await readyNode(redis.url);
    expect(missedTexts(fresh.backplane.since(CHANNEL, b.idOf('a1')))).toEqual(['a2', 'a3', 'a4', 'a5']);
  });

  it('is noticed on connections that stay open and bring nothing any more, and left for new ones', async () => {
    const redis = await startRedis();
    const cable = await layCable(redis.port);
    const a = await readyNode(cable.url, shortTimeout);
    cable.mute();
    a.say('a1');
    await a.untilHeard('a1');
    await a.untilReady();
    a.say('a2');
    await a.untilHeard('a2');
    expect(a.texts()).toEqual(['a1', 'a2']);
  });
});

describe('a node that hangs itself', () => {
  it('reads what has come meanwhile before it blames Redis', async () => {
    const redis = await startRedis();
    const node = await readyNode(redis.url, { answerWithinMs: 1_000 });
    const states: string[] = [];
    node.backplane.onStatus(({ state }) => states.push(state));
    node.say('a1');
    const end = performance.now() + 1_500;
    while (performance.now() < end);
    await node.untilHeard('a1');
    expect(states).toEqual([]);
    expect(node.idOf('a1')).not.toContain('~');
  });
});

describe('the status', () => {
  it('says since when and why, changes once for each change, and so does the log', async () => {
    const redis = await startRedis();
    let time = 1_000_000;
    const node = openNode(redis.url, { now: () => time });
    const seen: BackplaneStatus[] = [];
    const stop = node.backplane.onStatus((status) => seen.push(status));
    expect(node.backplane.status()).toEqual({
      state: 'detached',
      since: 1_000_000,
      reason: 'Redis is being connected to.',
    });
    await node.untilReady();
    time = 2_000_000;
    await redis.kill();
    await node.until(() => (node.backplane.status().reason ?? '').includes('ECONNREFUSED'));
    time = 3_000_000;
    await redis.start();
    await node.untilReady();
    expect(seen.filter(({ state }) => state === 'ready')).toEqual([
      { state: 'ready', since: 1_000_000 },
      { state: 'ready', since: 3_000_000 },
    ]);
    expect(seen.filter(({ state }) => state === 'detached').every(({ since }) => since === 2_000_000)).toBe(true);
    expect(node.logged.map((line) => JSON.parse(line).code)).toEqual([
      'redis_attached',
      'redis_detached',
      'redis_attached',
    ]);
    stop();
    await redis.kill();
    await node.untilDetached();
    expect(seen.at(-1)?.state).toBe('ready');
  });

  it('names a wrong password and shows neither that one nor the right one', async () => {
    const redis = await startRedis([...LOSES_DATA, '--requirepass', 'right-password']);
    const url = (password: string) => `redis://:${password}@127.0.0.1:${redis.port}`;
    const node = openNode(url('wrong-password'));
    await node.until(() => node.logged.length > 0);
    expect(node.backplane.status().reason).toBe('Redis refuses the user name or the password.');
    const nobody = openNode(redis.url);
    await nobody.until(() => nobody.logged.length > 0);
    expect(nobody.backplane.status().reason).toBe('Redis wants a password and none is configured.');
    const welcome = await readyNode(url('right-password'));
    const shown = JSON.stringify([node.backplane.status(), ...node.logged, ...nobody.logged, ...welcome.logged]);
    expect(shown).not.toMatch(/(wrong|right)-password/);
  });

  it('says that Redis is too old when it has no streams', async () => {
    const renamed = ['XADD', 'XREAD', 'XRANGE', 'XREVRANGE', 'XLEN'].flatMap((name) => ['--rename-command', name, '']);
    const redis = await startRedis([...LOSES_DATA, ...renamed]);
    const node = openNode(redis.url);
    await node.until(() => node.logged.length > 0);
    expect(node.backplane.status().reason).toBe('This Redis has no streams: version 5 or newer is needed.');
  });

  it('says that the key is taken, and attaches once it is free', async () => {
    const redis = await startRedis();
    const client = redis.client();
    await client.set(KEY, 'something else');
    const node = openNode(redis.url);
    await node.until(() => node.logged.length > 0);
    expect(node.backplane.status().reason).toBe('The key of the hub holds something else than a stream.');
    await client.del(KEY);
    await node.untilReady();
  });

  it('is detached at once when only the idle connection for commands is ended', async () => {
    const redis = await startRedis();
    const node = await readyNode(redis.url, longTimeout);
    const states: string[] = [];
    node.backplane.onStatus(({ state }) => states.push(state));
    const client = redis.client();
    const list = async () =>
      String(await client.call('CLIENT', 'LIST'))
        .trim()
        .split('\n');
    await expect.poll(async () => (await list()).filter((line) => line.includes('flags=b'))).toHaveLength(1);
    const idle = (await list()).find((line) => !line.includes('cmd=client') && !line.includes('flags=b'));
    await client.call('CLIENT', 'KILL', 'ID', /id=(\d+)/.exec(idle ?? '')?.[1] ?? '');
    await node.until(() => states.includes('ready'));
    expect(states).toEqual(['detached', 'ready']);
  });

  it('says hello in TLS to a rediss address', async () => {
    const server = createServer((socket: Socket) => {
      socket.on('error', () => {});
      socket.once('data', (data) => {
        server.emit('hello', data);
        socket.destroy();
      });
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const hello = once(server, 'hello') as Promise<[Buffer]>;
    openNode(`rediss://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const [data] = await hello;
    // A TLS record of type 22, a handshake; Redis without TLS begins with `*`.
    expect(data[0]).toBe(22);
  });
});

describe('closing', () => {
  it('ends while Redis is away, hangs, or was never there', async () => {
    const never = openNode(`redis://127.0.0.1:${await freePort()}`);
    await never.backplane.close();
    const redis = await startRedis();
    const [away, hanging] = [await readyNode(redis.url), await readyNode(redis.url, shortTimeout)];
    redis.pause();
    hanging.say('unanswered');
    await hanging.backplane.close();
    expect(hanging.texts()).toEqual(['unanswered']);
    await redis.kill();
    await away.untilDetached();
    await away.backplane.close();
    await away.backplane.close();
  });

  it('hands over what was published last, and takes and delivers nothing any more', async () => {
    const redis = await startRedis();
    const [a, b] = [await readyNode(redis.url), await readyNode(redis.url)];
    a.say('last words');
    await a.backplane.close();
    a.say('after that');
    b.say('b1');
    await b.untilHeard('b1');
    expect(b.texts()).toEqual(['last words', 'b1']);
    expect(a.texts()).toEqual(['last words']);
    expect(a.logged.map((line) => JSON.parse(line).code)).toEqual(['redis_attached']);
  });

  it('leaves no connection behind', async () => {
    const redis = await startRedis();
    const client = redis.client();
    const node = await readyNode(redis.url);
    await node.backplane.close();
    const others = async () => {
      const lines = String(await client.call('CLIENT', 'LIST')).split('\n');
      return lines.filter((line) => line.includes('id=')).length - 1;
    };
    await expect.poll(others).toBe(0);
  });
});
