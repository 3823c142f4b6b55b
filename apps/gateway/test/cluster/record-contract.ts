import { expect, it } from 'vitest';
import { answerIdOf } from '../../src/history/answer-id.ts';
import type { SessionRecords } from '../../src/history/session-record.ts';
import { answerOf, created, messageOf, stopped, typing, updated } from '../history/support/history-folder.ts';
import { type OpenRecord, openRecord, stopping, textOf } from './support/open-record.ts';

/** One gateway: the records it has, and its end, after which another one may come. */
export interface Place {
  readonly records: SessionRecords;
  /** Calls back with the sessions in which something waits for an answer when it starts. */
  unanswered(): Promise<readonly string[]>;
  end(): Promise<void>;
}

const framesAfter = async ({ record }: OpenRecord, after: number) => {
  const found = await record.framesAfter(after);
  return found.ok ? found.frames.map(({ seq, frame }) => [seq, textOf(frame)]) : 'unknown';
};

/** What a session may rely on, whoever keeps its record; `next` starts the gateway that comes after the last one. */
export function recordContract(next: () => Promise<Place>): void {
  it('numbers what is said without gaps and tells it in that order', async () => {
    const place = await next();
    const open = await openRecord(place.records);
    await Promise.all(['1', '2', '3', '4', '5'].map((text) => open.record.say(created(text, text))));
    expect(open.heard.map(({ seq, frame }) => [seq, textOf(frame)])).toEqual([
      ...[[1, '1'] as const, [2, '2'] as const, [3, '3'] as const, [4, '4'] as const, [5, '5'] as const],
    ]);
    expect(open.record.seq).toBe(5);
    await open.record.release();
    await place.end();
  });

  it('goes on elsewhere under the next number, and tells there what was missed, each frame once and whole', async () => {
    const place = await next();
    const first = await openRecord(place.records);
    for (const frame of [typing, created('a', 'x'), updated('a', 'xy'), updated('a', 'xyz'), stopped]) {
      await first.record.say(frame);
    }
    expect(await framesAfter(first, 1)).toEqual([
      [2, 'x'],
      [3, 'xy'],
      [4, 'xyz'],
      [5, 'typing.stop'],
    ]);
    await first.record.release();
    await place.end();
    const other = await next();
    const second = await openRecord(other.records);
    expect(second.record.seq).toBe(5);
    expect(await framesAfter(second, 0)).toHaveLength(5);
    expect(await framesAfter(second, 3)).toEqual([
      [4, 'xyz'],
      [5, 'typing.stop'],
    ]);
    expect(second.record.isAllHeard(5)).toBe(true);
    expect(second.record.isAllHeard(4)).toBe(false);
    await second.record.say(created('b', 'more'));
    expect(second.numbers()).toEqual([6]);
    expect(await framesAfter(second, 4)).toEqual([
      [5, 'typing.stop'],
      [6, 'more'],
    ]);
    await second.record.release();
    await other.end();
  });

  it('says of a number that was never given out that nobody knows what came after it', async () => {
    const place = await next();
    const open = await openRecord(place.records);
    await open.record.say(created('a', 'x'));
    expect(await framesAfter(open, 7)).toBe('unknown');
    await open.record.release();
    await place.end();
  });

  it('stores a message once, also when it is sent again elsewhere', async () => {
    const place = await next();
    const first = await openRecord(place.records);
    expect(await first.record.addMessage(messageOf(1))).toEqual({ isNew: true, messageId: 'm1' });
    expect(first.record.find('c1')).toBe('m1');
    await first.record.release();
    await place.end();
    const other = await next();
    const second = await openRecord(other.records);
    const again = { ...messageOf(1), message_id: 'other' };
    expect(second.record.find('c1') ?? (await second.record.addMessage(again)).messageId).toBe('m1');
    expect((await second.record.recent(1_000)).map(({ message_id }) => message_id)).toEqual(['m1']);
    await second.record.release();
    await other.end();
  });

  it('tells to the end what is said for a message, also that it is over when the answer is stored', async () => {
    const place = await next();
    const open = await openRecord(place.records);
    await open.record.addMessage(messageOf(1));
    const turn = await open.record.takeTurn('m1', stopping());
    for (const frame of [typing, created(answerIdOf('m1'), 'answer 1')]) await open.record.say(frame);
    await open.record.addAnswer(answerOf(1));
    await open.record.say(stopped);
    turn?.end();
    expect(open.texts()).toEqual(['typing.start', 'answer 1', 'typing.stop']);
    await open.record.release();
    await place.end();
  });

  it('has what is unanswered answered elsewhere, from where the first answer broke off', async () => {
    const place = await next();
    const first = await openRecord(place.records);
    for (const number of [1, 2]) await first.record.addMessage(messageOf(number));
    await (await first.record.takeTurn('m2', stopping()))?.end();
    await first.record.addAnswer(answerOf(2));
    await first.record.takeTurn('m1', stopping());
    await first.record.say(created(answerIdOf('m1'), 'half'));
    await first.record.say(updated(answerIdOf('m1'), 'half an ans'));
    await first.record.release();
    await place.end();
    const other = await next();
    expect(await other.unanswered()).toEqual(['talk']);
    const second = await openRecord(other.records);
    expect(second.asked.map(({ message_id }) => message_id)).toEqual(['m1']);
    const turn = await second.record.takeTurn('m1', stopping());
    expect(turn?.said).toBe('half an ans');
    expect((await second.record.recent(1_000)).map(({ content }) => content)).toEqual([
      ...['message 1', 'message 2', 'answer 2'],
    ]);
    await second.record.addAnswer(answerOf(1));
    turn?.end();
    await second.record.release();
    await other.end();
    const last = await next();
    expect(await last.unanswered()).toEqual([]);
    await last.end();
  });
}
