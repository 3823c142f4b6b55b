import type { NumberedFrame } from '../history/journal-line.ts';

/** More than this is shortened: each update of an answer has its full text so far, so a long one has its square. */
const MAX_CHARS = 4_000_000;

/**
 * The frames to tell who comes back: all of them, or, when that would be far too much, without the updates that a later
 * one replaces. Their numbers are then left out; who has the later one has missed nothing.
 */
export function replayedFrames(frames: readonly NumberedFrame[], maxChars = MAX_CHARS): readonly NumberedFrame[] {
  const chars = frames.reduce((sum, { frame }) => sum + (isUpdate(frame) ? frame.payload.content.length : 0), 0);
  if (chars <= maxChars) return frames;
  const last = new Map(frames.flatMap(({ seq, frame }) => (isUpdate(frame) ? [[frame.payload.message_id, seq]] : [])));
  return frames.filter(({ seq, frame }) => !isUpdate(frame) || last.get(frame.payload.message_id) === seq);
}

type Frame = NumberedFrame['frame'];
const isUpdate = (frame: Frame): frame is Extract<Frame, { type: 'message.update' }> => frame.type === 'message.update';
