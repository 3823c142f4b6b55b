import { describe, expect, it } from 'vitest';
import type { Publication } from '../src/index.ts';
import { publicationFields, type StreamEntry } from '../src/redis-entry.ts';
import { RedisHistory } from '../src/redis-history.ts';
import { bodyOf, CHANNEL, missedTexts, textOf } from './support/redis-node.ts';

const LIMITS = { maxMessages: 256, maxBytes: 1_000_000, maxAgeMs: 300_000 };
const NOW = 1_000_000;
const OTHER = 'othernode1';
const THIRD = 'thirdnode1';

const mark = (position: string, kind: string): StreamEntry => [position, ['origin', OTHER, 'mark', kind]];
const entry = (position: string, origin: string, seq: number, { isAfterHole = false, isAgain = false } = {}) =>
  [
    position,
    publicationFields({ channel: CHANNEL, body: bodyOf(`${origin[0]}${seq}`) }, { origin, seq, isAfterHole, isAgain }),
  ] as StreamEntry;

/** A node that found the stream with one mark in it. */
function startedHistory({ limits = LIMITS, isLoaded = true } = {}) {
  const history = new RedisHistory(
    limits,
    () => NOW,
    () => {},
  );
  const received: Publication[] = [];
  history.open((publication) => received.push(publication));
  if (isLoaded) history.load([mark('10-0', 'start')]);
  const say = (text: string) => {
    const own = history.add({ channel: CHANNEL, body: bodyOf(text) });
    const place = history.markSent(own);
    return { own, place, at: (position: string): StreamEntry => [position, publicationFields(own, place)] };
  };
  const since = (id: string) => missedTexts(history.since(CHANNEL, id));
  return { history, received, say, since, texts: () => received.map(textOf) };
}

describe('a node that finds a stream', () => {
  it('knows nothing of what was before the oldest entry that it loaded', () => {
    const { history, since } = startedHistory({ isLoaded: false });
    history.load([entry('50-0', OTHER, 7), entry('60-0', OTHER, 8)]);
    expect(since('40-0')).toBe('unknown');
    expect(since('50-0')).toEqual(['o8']);
  });

  it('knows nothing at all before that', () => {
    const { since } = startedHistory({ isLoaded: false });
    expect(since('50-0')).toBe('unknown');
  });

  it('takes the first publication of a node that it meets for the next one, whatever its number', () => {
    const { history, since, texts } = startedHistory();
    history.take([entry('20-0', OTHER, 17)]);
    expect(texts()).toEqual(['o17']);
    expect(since('10-0')).toEqual(['o17']);
  });
});

describe('something that is missing', () => {
  it('is noticed by the numbers of its node', () => {
    const { history, since, texts } = startedHistory();
    history.take([entry('20-0', OTHER, 1), entry('30-0', OTHER, 3)]);
    expect(texts()).toEqual(['o1', 'o3']);
    expect(since('20-0')).toBe('unknown');
    expect(since('30-0')).toEqual([]);
  });

  it('is noticed when the node says so itself, though nobody knew it before', () => {
    const { history, since } = startedHistory();
    history.take([entry('20-0', OTHER, 5, { isAfterHole: true })]);
    expect(since('10-0')).toBe('unknown');
    expect(since('20-0')).toEqual([]);
  });

  it('is admitted for what was published here without the stream and is not kept', () => {
    const { history, say, since, received } = startedHistory({ limits: { ...LIMITS, maxMessages: 3 } });
    for (const text of ['a1', 'a2', 'a3', 'a4', 'a5', 'a6']) say(text);
    history.deliverOwn();
    const ids = received.map(({ id }) => id);
    expect(since(ids[1] ?? '')).toBe('unknown');
    expect(since(ids[2] ?? '')).toEqual(['a4', 'a5', 'a6']);
    expect(history.handIn().map(({ seq }) => seq)).toEqual([4, 5, 6]);
    expect(history.handIn().map((own) => history.markSent(own).isAfterHole)).toEqual([true, false, false]);
  });
});

describe('a stream that lost what it had', () => {
  it('leaves ids in doubt that were given further on than this node had read', () => {
    const { history, since } = startedHistory();
    history.take([entry('20-0', OTHER, 1), mark('100-0', 'restart'), entry('110-0', OTHER, 2)]);
    expect(since('10-0')).toEqual(['o1', 'o2']);
    expect(since('20-0')).toEqual(['o2']);
    expect(since('50-0')).toBe('unknown');
    expect(since('100-0')).toEqual(['o2']);
  });

  it('leaves ids in doubt that were given before all was handed in again, to who had not seen it, or had', () => {
    const { history, since, texts } = startedHistory();
    history.take([entry('20-0', OTHER, 1), mark('100-0', 'restart'), entry('110-0', THIRD, 1)]);
    expect(since('110-0')).toEqual([]);
    // Who comes with 110 may come from a node that had been away, and had not seen o1 there.
    history.take([entry('120-0', OTHER, 1, { isAgain: true }), entry('130-0', THIRD, 2)]);
    expect(texts()).toEqual(['o1', 't1', 't2']);
    expect(since('110-0')).toBe('unknown');
    expect(since('20-0')).toEqual(['t1', 't2']);
    expect(since('120-0')).toEqual(['t2']);
  });

  it('is given everything of ours again that is kept, which is said with each', () => {
    const { history, say, since } = startedHistory();
    history.take([say('a1').at('20-0'), say('a2').at('30-0')]);
    say('a3');
    history.deliverOwn();
    history.beginAgain();
    say('a4');
    history.take([mark('100-0', 'restart')]);
    const again = history.handIn();
    expect(again.map((own) => textOf(own))).toEqual(['a1', 'a2', 'a3', 'a4']);
    expect(again.map((own) => history.markSent(own))).toEqual([
      { origin: history.origin, seq: 1, isAfterHole: false, isAgain: true },
      { origin: history.origin, seq: 2, isAfterHole: false, isAgain: true },
      { origin: history.origin, seq: 3, isAfterHole: false, isAgain: true },
      { origin: history.origin, seq: 4, isAfterHole: false, isAgain: false },
    ]);
    expect(since('20-0')).toEqual(['a2', 'a3']);
  });

  it('is given nothing again when it has it', () => {
    const { history, say } = startedHistory();
    const [first, second] = [say('a1'), say('a2')];
    history.take([first.at('20-0')]);
    history.deliverOwn();
    history.take([first.at('30-0'), second.at('40-0')]);
    expect(history.handIn()).toEqual([]);
  });
});
