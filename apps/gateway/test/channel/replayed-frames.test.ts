import { expect, it } from 'vitest';
import { replayedFrames } from '../../src/channel/replayed-frames.ts';
import type { NumberedFrame } from '../../src/history/journal-line.ts';

const update = (seq: number, message_id: string, content: string): NumberedFrame => ({
  seq,
  frame: { type: 'message.update', payload: { message_id, content } },
});
const FRAMES: NumberedFrame[] = [
  { seq: 1, frame: { type: 'message.create', payload: { message_id: 'a', content: '1' } } },
  update(2, 'a', '12'),
  update(3, 'b', 'x'),
  update(4, 'a', '123'),
  { seq: 5, frame: { type: 'typing.stop' } },
  update(6, 'b', 'xy'),
];
const numbers = (maxChars: number) => replayedFrames(FRAMES, maxChars).map(({ seq }) => seq);

it('tells everything again that was missed', () => expect(numbers(8)).toEqual([1, 2, 3, 4, 5, 6]));

it('leaves out what a later update replaces, when all of it would be too much', () => {
  expect(numbers(7)).toEqual([1, 4, 5, 6]);
});
