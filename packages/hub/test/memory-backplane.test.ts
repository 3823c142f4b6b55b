import { describe, expect, it } from 'vitest';
import { createMemoryBackplane } from '../src/memory-backplane.ts';
import { backplaneContract } from './backplane-contract.ts';
import { bodyOf, missedTexts, textOf } from './support/redis-node.ts';

backplaneContract('memory', createMemoryBackplane);

function open(options: Parameters<typeof createMemoryBackplane>[0] = {}) {
  const backplane = createMemoryBackplane(options);
  const received: { text: string; id: string }[] = [];
  backplane.open((publication) => received.push({ text: textOf(publication), id: publication.id }));
  const say = (channel: string, text: string) => backplane.publish({ channel, body: bodyOf(text) });
  return { backplane, received, say };
}

describe('the memory backplane alone', () => {
  it('has delivered when publish returns', () => {
    const { received, say } = open();
    say('a', 'now');
    expect(received.map(({ text }) => text)).toEqual(['now']);
  });

  it('does not know the ids of another life of the server, nor any that it has not given yet', () => {
    const [one, other] = [open(), open()];
    one.say('a', '1');
    other.say('a', '1');
    const id = one.received[0]?.id ?? '';
    expect(other.backplane.since('a', id)).toEqual({ ok: false });
    expect(one.backplane.since('a', id)).toEqual({ ok: true, publications: [] });
    expect(one.backplane.since('a', id.replace(/1$/, '2'))).toEqual({ ok: false });
  });

  it('forgets the channel that has been silent for longest when there are too many, but not that it did', () => {
    const { backplane, say } = open({ maxChannels: 2 });
    const start = backplane.latestId('a');
    say('a', 'a1');
    say('b', 'b1');
    say('a', 'a2');
    say('c', 'c1');
    expect(missedTexts(backplane.since('a', start))).toEqual(['a1', 'a2']);
    expect(backplane.since('b', start)).toEqual({ ok: false });
    say('b', 'b2');
    expect(backplane.since('b', start)).toEqual({ ok: false });
    expect(missedTexts(backplane.since('b', backplane.latestId('b')))).toEqual([]);
  });
});
