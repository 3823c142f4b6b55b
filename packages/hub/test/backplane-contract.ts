import { describe, expect, it, onTestFinished } from 'vitest';
import type { Backplane, Publication, RingLimits } from '../src/index.ts';
import { bodyOf, missedTexts, textOf } from './support/redis-node.ts';

/** What the contract asks of a factory; the clock is in ms and begins at the present Unix time. */
export interface BackplaneSettings {
  readonly limits?: RingLimits;
  readonly now?: () => number;
}

/** Makes a backplane that is not open yet and shares its past with no other. */
export type BackplaneFactory = (settings: BackplaneSettings) => Backplane | Promise<Backplane>;

/** An open backplane and what it delivered. */
interface Listener {
  readonly backplane: Backplane;
  readonly received: readonly Publication[];
  say(channel: string | undefined, ...texts: readonly string[]): void;
  texts(channel: string | undefined): string[];
  untilReceived(count: number): Promise<void>;
  idOf(text: string): string;
}

const ROOMY: RingLimits = { maxMessages: 1000, maxBytes: 1_000_000, maxAgeMs: 1_000_000 };

/** Opens it and waits until it is ready; it is closed with the test. */
async function listenTo(backplane: Backplane, react: (text: string) => void = () => {}): Promise<Listener> {
  const received: Publication[] = [];
  let look = () => {};
  backplane.open((publication) => {
    received.push(publication);
    react(textOf(publication));
    look();
  });
  onTestFinished(() => backplane.close());
  await untilReady(backplane);
  return {
    backplane,
    received,
    say(channel, ...texts) {
      for (const text of texts) backplane.publish({ channel, body: bodyOf(text) });
    },
    texts: (channel) => received.filter((one) => one.channel === channel).map(textOf),
    untilReceived: (count) =>
      new Promise((resolve) => {
        look = () => void (received.length >= count && resolve());
        look();
      }),
    idOf: (text) => received.find((one) => textOf(one) === text)?.id ?? `${text} never came`,
  };
}

/** Waits until what it publishes reaches other nodes. */
export function untilReady(backplane: Backplane): Promise<void> {
  return new Promise((resolve) => {
    const stop = backplane.onStatus(({ state }) => {
      if (state !== 'ready') return;
      stop();
      resolve();
    });
    if (backplane.status().state !== 'ready') return;
    stop();
    resolve();
  });
}

/** What every backplane does, whatever carries it. */
export function backplaneContract(name: string, create: BackplaneFactory): void {
  const listen = async (settings: BackplaneSettings = {}) => listenTo(await create({ limits: ROOMY, ...settings }));
  const listenAndReact: ListenAndReact = async (react) => listenTo(await create({ limits: ROOMY }), react);
  describe(`the ${name} backplane`, () => {
    deliveryContract(listen, listenAndReact);
    resumeContract(listen, listenAndReact);
    boundsContract(listen);
    lifeContract(listen);
  });
}

type Listen = (settings?: BackplaneSettings) => Promise<Listener>;
/** Calls back within each delivery. */
type ListenAndReact = (react: (text: string) => void) => Promise<Listener>;

function deliveryContract(listen: Listen, listenAndReact: ListenAndReact): void {
  it('delivers each publication once, and those of a channel in the order in which they were published', async () => {
    const node = await listen();
    const numbers = Array.from({ length: 100 }, (_, index) => `${index}`);
    for (const number of numbers) {
      node.say('a', `a${number}`);
      node.say('b', `b${number}`);
    }
    node.say('end', 'end');
    await node.untilReceived(201);
    expect(node.texts('a')).toEqual(numbers.map((number) => `a${number}`));
    expect(node.texts('b')).toEqual(numbers.map((number) => `b${number}`));
    expect(node.received).toHaveLength(201);
    expect(new Set(node.received.map(({ id }) => id)).size).toBe(201);
  });

  it('carries every text as it is', async () => {
    const node = await listen();
    const text = 'line\nbreak \u0000 "quotes" {braces} ünï 🦐 \u2028';
    node.say('a', text);
    await node.untilReceived(1);
    expect(node.received).toEqual([{ channel: 'a', body: bodyOf(text), id: node.idOf(text) }]);
  });

  it('keeps the order when a receiver publishes', async () => {
    const node = await listenAndReact((text) => {
      if (text.length < 4) node.say('a', `${text}+`);
    });
    node.say('a', '1');
    await node.untilReceived(4);
    expect(node.texts('a')).toEqual(['1', '1+', '1++', '1+++']);
    expect(missedTexts(node.backplane.since('a', node.idOf('1+')))).toEqual(['1++', '1+++']);
  });

  it('delivers what is for everybody without a channel, and keeps it for nobody', async () => {
    const node = await listen();
    const start = node.backplane.latestId('a');
    node.say('a', 'before');
    node.say(undefined, 'all');
    node.say('a', 'after');
    await node.untilReceived(3);
    expect(node.texts(undefined)).toEqual(['all']);
    expect(missedTexts(node.backplane.since('a', start))).toEqual(['before', 'after']);
    expect(missedTexts(node.backplane.since('a', node.idOf('all')))).toEqual(['after']);
  });
}

function resumeContract(listen: Listen, listenAndReact: ListenAndReact): void {
  it('gives after each id exactly the later publications of the channel, under the ids they were delivered with', async () => {
    const node = await listen();
    node.say('a', '1', '2', '3');
    node.say('b', 'elsewhere');
    node.say('a', '4', '5');
    await node.untilReceived(6);
    const own = node.received.filter(({ channel }) => channel === 'a');
    for (const [index, { id }] of own.entries()) {
      expect(node.backplane.since('a', id)).toEqual({ ok: true, publications: own.slice(index + 1) });
    }
    expect(missedTexts(node.backplane.since('a', node.idOf('elsewhere')))).toEqual(['4', '5']);
    expect(missedTexts(node.backplane.since('b', node.idOf('1')))).toEqual(['elsewhere']);
  });

  it('lets a subscription begin at the latest id: nothing of before, all that comes', async () => {
    const node = await listen();
    const first = node.backplane.latestId('a');
    expect(missedTexts(node.backplane.since('a', first))).toEqual([]);
    node.say('a', '1', '2');
    await node.untilReceived(2);
    const second = node.backplane.latestId('a');
    expect(missedTexts(node.backplane.since('a', second))).toEqual([]);
    expect(missedTexts(node.backplane.since('silent', second))).toEqual([]);
    node.say('a', '3');
    await node.untilReceived(3);
    expect(missedTexts(node.backplane.since('a', first))).toEqual(['1', '2', '3']);
    expect(missedTexts(node.backplane.since('a', second))).toEqual(['3']);
  });

  it('knows, at the moment of a delivery, all that was delivered and nothing else', async () => {
    const known: (string[] | 'unknown')[] = [];
    let start = '';
    const node = await listenAndReact(() => known.push(missedTexts(node.backplane.since('a', start))));
    start = node.backplane.latestId('a');
    node.say('a', '1', '2', '3');
    await node.untilReceived(3);
    expect(known).toEqual([['1'], ['1', '2'], ['1', '2', '3']]);
  });

  it('cannot say what came after an id that it never gave', async () => {
    const node = await listen();
    node.say('a', '1');
    await node.untilReceived(1);
    const id = node.idOf('1');
    const invented = [
      '',
      '-',
      '0-0',
      '1',
      'garbage',
      `${id}x`,
      `x${id}`,
      `${id}-0`,
      ` ${id}`,
      `${id}\n`,
      'x'.repeat(300),
    ];
    for (const one of invented) expect([one, node.backplane.since('a', one)]).toEqual([one, { ok: false }]);
    expect(node.backplane.since('a', id)).toEqual({ ok: true, publications: [] });
  });
}

function boundsContract(listen: Listen): void {
  it('keeps as many messages of a channel as the limit says, and cannot say what came before', async () => {
    const node = await listen({ limits: { ...ROOMY, maxMessages: 3 } });
    const start = node.backplane.latestId('a');
    node.say('a', '1', '2', '3', '4', '5', '6');
    await node.untilReceived(6);
    for (const id of [start, node.idOf('1'), node.idOf('2')]) {
      expect(node.backplane.since('a', id)).toEqual({ ok: false });
    }
    expect(missedTexts(node.backplane.since('a', node.idOf('3')))).toEqual(['4', '5', '6']);
    expect(missedTexts(node.backplane.since('a', node.idOf('6')))).toEqual([]);
  });

  it('keeps as many bytes of a channel as the limit says, not as many letters', async () => {
    const texts = ['1', '2', '3'].map((number) => number + 'ü'.repeat(200));
    const maxBytes = 2 * Buffer.byteLength(bodyOf(texts[0] ?? ''));
    const node = await listen({ limits: { ...ROOMY, maxBytes } });
    const start = node.backplane.latestId('a');
    node.say('a', ...texts.slice(0, 2));
    await node.untilReceived(2);
    expect(missedTexts(node.backplane.since('a', start))).toEqual(texts.slice(0, 2));
    node.say('a', ...texts.slice(2));
    await node.untilReceived(3);
    expect(node.backplane.since('a', start)).toEqual({ ok: false });
    expect(missedTexts(node.backplane.since('a', node.idOf(texts[0] ?? '')))).toEqual(texts.slice(1));
  });

  it('delivers what is larger than all that it may keep, and says that it does not know it any more', async () => {
    const node = await listen({ limits: { ...ROOMY, maxBytes: 100 } });
    node.say('a', 'small', 'large'.repeat(100));
    await node.untilReceived(2);
    expect(node.backplane.since('a', node.idOf('small'))).toEqual({ ok: false });
    expect(missedTexts(node.backplane.since('a', node.idOf('large'.repeat(100))))).toEqual([]);
    node.say('a', 'next');
    await node.untilReceived(3);
    expect(missedTexts(node.backplane.since('a', node.idOf('large'.repeat(100))))).toEqual(['next']);
  });

  it('keeps a message for as long as the limit says', async () => {
    let time = Date.now();
    const node = await listen({ limits: { ...ROOMY, maxAgeMs: 10_000 }, now: () => time });
    const start = node.backplane.latestId('a');
    node.say('a', 'old');
    await node.untilReceived(1);
    time += 5_000;
    node.say('a', 'young');
    await node.untilReceived(2);
    time += 4_999;
    expect(missedTexts(node.backplane.since('a', start))).toEqual(['old', 'young']);
    time += 1;
    expect(node.backplane.since('a', start)).toEqual({ ok: false });
    expect(missedTexts(node.backplane.since('a', node.idOf('old')))).toEqual(['young']);
    time += 5_000;
    expect(node.backplane.since('a', node.idOf('old'))).toEqual({ ok: false });
    expect(missedTexts(node.backplane.since('a', node.idOf('young')))).toEqual([]);
  });

  it('remembers that a channel had a past when all of it has become too old', async () => {
    let time = Date.now();
    const node = await listen({ limits: { ...ROOMY, maxAgeMs: 10_000 }, now: () => time });
    const start = node.backplane.latestId('a');
    node.say('a', 'old');
    await node.untilReceived(1);
    time += 10_000;
    node.say('b', 'news');
    await node.untilReceived(2);
    expect(node.backplane.since('a', start)).toEqual({ ok: false });
    node.say('a', 'again');
    await node.untilReceived(3);
    expect(node.backplane.since('a', start)).toEqual({ ok: false });
    expect(missedTexts(node.backplane.since('a', node.idOf('news')))).toEqual(['again']);
  });

  it('lets a busy channel push nothing out of a quiet one', async () => {
    const node = await listen({ limits: { ...ROOMY, maxMessages: 2 } });
    const start = node.backplane.latestId('quiet');
    node.say('quiet', 'q');
    node.say('busy', '1', '2', '3', '4', '5');
    await node.untilReceived(6);
    expect(missedTexts(node.backplane.since('quiet', start))).toEqual(['q']);
    expect(node.backplane.since('busy', start)).toEqual({ ok: false });
  });
}

function lifeContract(listen: Listen): void {
  it('says since when it is ready', async () => {
    const before = Date.now();
    const { backplane } = await listen();
    expect(backplane.status()).toEqual({ state: 'ready', since: expect.any(Number) });
    expect(backplane.status().since).toBeGreaterThanOrEqual(before);
    expect(backplane.status().since).toBeLessThanOrEqual(Date.now());
  });

  it('lets go of a listener for the status, also twice', async () => {
    const { backplane } = await listen();
    const stop = backplane.onStatus(() => {
      throw new Error('nobody listens any more');
    });
    stop();
    stop();
    await backplane.close();
  });

  it('delivers nothing any more when it is closed, which is safe twice and at once', async () => {
    const node = await listen();
    node.say('a', '1');
    await node.untilReceived(1);
    await Promise.all([node.backplane.close(), node.backplane.close()]);
    node.say('a', 'late');
    await node.backplane.close();
    expect(node.texts('a')).toEqual(['1']);
  });
}
