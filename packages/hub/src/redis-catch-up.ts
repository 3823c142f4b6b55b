import { positionMs, START } from './redis-cursor.ts';
import { markFields, type StreamEntry } from './redis-entry.ts';
import type { RedisHistory } from './redis-history.ts';
import type { RedisStream } from './redis-stream.ts';

/** How much of the past a node that starts can give to clients of other nodes. */
const LOADED_ENTRIES = 2000;

interface CatchUpOptions {
  /** About how many entries Redis keeps. */
  readonly maxLength: number;
  readonly now: () => number;
}

/** Brings what a node knows of the stream to the stream's end, whatever has become of the stream meanwhile. */
export async function catchUp(stream: RedisStream, history: RedisHistory, options: CatchUpOptions): Promise<void> {
  if (!history.isLoaded) history.load(await pastOf(stream, history.origin));
  else if (!(await stream.has(history.position))) {
    // Either we have been away for longer than Redis remembers, or Redis has lost what it had.
    if ((await stream.length()) >= options.maxLength) history.doubt();
    else return beginAgain(stream, history, options.now);
  }
  await readOn(stream, history, history.position);
}

/** A stream begins with a mark, so that positions of an earlier one are seen to be from before. */
async function pastOf(stream: RedisStream, origin: string): Promise<readonly StreamEntry[]> {
  const past = await stream.newest(LOADED_ENTRIES);
  if (past.length > 0) return past;
  const fields = markFields(origin, 'start');
  return [[await stream.add(fields), fields]];
}

/**
 * The clock of Redis may have gone back too. The mark takes a position after all that anybody has seen, and Redis gives
 * out none before it any more; when others have brought the stream further already, the mark takes its end.
 */
async function beginAgain(stream: RedisStream, history: RedisHistory, now: () => number): Promise<void> {
  history.beginAgain();
  const fields = markFields(history.origin, 'restart');
  const ms = Math.max(positionMs(history.position) + 1, now());
  try {
    await stream.add(fields, `${ms}-0`);
  } catch {
    await stream.add(fields);
  }
  await readOn(stream, history, START);
}

async function readOn(stream: RedisStream, history: RedisHistory, from: string): Promise<void> {
  let after = from;
  for (;;) {
    const entries = await stream.read(after);
    const last = entries.at(-1);
    if (last === undefined) return;
    history.take(entries);
    after = last[0];
  }
}
