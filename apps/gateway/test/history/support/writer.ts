import { readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { createHistoryStore } from '../../../src/history/history-store.ts';

// Not the default, which is to die of it: a file that may not grow shall be told by an error.
process.on('SIGXFSZ', () => undefined);

const [folder = '', task = ''] = process.argv.slice(2);
const store = createHistoryStore({ folder, log: pino({ level: 'silent' }), bootId: 'boot-1' });
// In one piece and at once, so that what was said before a kill has been said.
const say = (text: string) => void writeSync(1, `${text}\n`);
const messageOf = (id: string, content = id) => ({ message_id: id, id: `c-${id}`, content, time: Date.now() });
const outcome = (promise: Promise<unknown>) =>
  promise.then(
    () => 'stored',
    ({ code }: { code: string }) => code,
  );

/** Stores messages and says frames for ever, and tells which of them are safe. */
async function appendForEver(): Promise<void> {
  const history = await store.open('killed');
  for (let number = 0; ; number += 1) {
    const batch = [0, 1, 2].map(async (part) => {
      const id = `${process.pid}-${number}-${part}`;
      await history.addMessage(messageOf(id, id.repeat(1 + ((number * 37) % 90))));
      say(`message ${id}`);
    });
    const frames = [0, 1].map(async (part) => {
      const message_id = `${process.pid}-${number}-${part}`;
      const { seq, written } = history.addFrame({ type: 'message.create', payload: { message_id, content: 'x' } });
      await written;
      say(`frame ${seq} ${message_id}`);
    });
    await Promise.all([...batch, ...frames]);
  }
}

/** Fills a file up to what it may be. */
async function fillUp(): Promise<void> {
  const history = await store.open('full');
  const tooLarge = history.addMessage(messageOf('too-large', 'x'.repeat(200_000)));
  // Once the first one is on its way alone.
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  const behind = history.addMessage(messageOf('behind'));
  say(`first ${await outcome(tooLarge)}`);
  say(`behind ${await outcome(behind)}`);
  say(`half ${await outcome(history.addMessage(messageOf('half', 'y'.repeat(18_000))))}`);
  say(`late ${await outcome(history.addMessage(messageOf('late', 'z'.repeat(27_000))))}`);
  say(`small ${await outcome(history.addMessage(messageOf('small')))}`);
  await history.release();
  await store.close();
}

/** Writes in more sessions at once than files may be open, and tells how many were. */
async function writeInMany(): Promise<void> {
  const histories = await Promise.all(Array.from({ length: 400 }, (_, index) => store.open(`many-${index}`)));
  let most = 0;
  for (let round = 0; round < 3; round += 1) {
    const outcomes = histories.map(async (history, index) => {
      const { written } = history.addFrame({ type: 'typing.start' });
      const result = await outcome(Promise.all([history.addMessage(messageOf(`${index}-${round}`)), written]));
      most = Math.max(most, readdirSync('/proc/self/fd').length);
      return result;
    });
    say(`round ${[...new Set(await Promise.all(outcomes))].join()}`);
  }
  say(`most ${most}`);
  await Promise.all(histories.map((history) => history.release()));
  await store.close();
}

/** Tells what a session of 100,000 messages costs. */
async function readLong(): Promise<void> {
  // What any session costs, the process has spent on a short one: only what length adds is measured.
  await store.page('short', { limit: 100 });
  const short = await store.open('short');
  await short.recent(200_000);
  const before = process.memoryUsage.rss();
  const timed = async <Result>(name: string, act: () => Promise<Result>): Promise<Result> => {
    const start = performance.now();
    const result = await act();
    say(`${name} ${(performance.now() - start).toFixed(1)}`);
    return result;
  };
  await timed('page', () => store.page('long', { limit: 100 }));
  const history = await timed('open', () => store.open('long'));
  await timed('recent', () => history.recent(200_000));
  say(`grown ${((process.memoryUsage.rss() - before) / 1024 / 1024).toFixed(1)}`);
  say(`lines ${readFileSync(join(folder, 'long.jsonl'), 'utf8').split('\n').length - 1}`);
  await Promise.all([short.release(), history.release()]);
}

const tasks: Record<string, () => Promise<void>> = { appendForEver, fillUp, writeInMany, readLong };
await tasks[task]?.();
