import { expect, test } from 'vitest';
import type { LogPage } from '../../src/api/logs.ts';
import type { Reply } from '../../src/api/request.ts';
import { createLogFeed } from '../../src/logs/log-feed.ts';

/** A launcher's log, and a feed whose questions are answered when the test says so. */
function start({ keeps = 2_000 } = {}) {
  let lines: string[] = [];
  let run = 'first';
  let isDown = false;
  const shown: string[] = [];
  const asked: (() => void)[] = [];
  const later: (() => void)[] = [];
  const page = (offset: number, runId: string | undefined): Reply<LogPage> => {
    if (isDown) return { ok: false, status: 0, code: 'unreachable' };
    const from = Math.max(runId === run ? offset : 0, lines.length - keeps);
    return { ok: true, value: { logs: lines.slice(from), log_total: lines.length, log_run_id: run } };
  };
  const feed = createLogFeed({
    fetchPage: (offset, runId) => new Promise((resolve) => asked.push(() => resolve(page(offset, runId)))),
    sink: {
      addLines: (added) => void shown.push(...added),
      addBreak: (missing) => void shown.push(missing === undefined ? '--' : `-${missing}-`),
      asked: () => {},
    },
    later: (wake) => {
      later.push(wake);
      return () => later.splice(later.indexOf(wake), 1);
    },
  });
  return {
    ...{ feed, shown },
    questions: () => asked.length,
    say: (...said: string[]) => void lines.push(...said),
    /** Says a line, and the event of it comes. */
    tell(line: string) {
      lines.push(line);
      feed.takeEvent(line, lines.length - 1);
    },
    restart() {
      lines = [];
      run += '+';
    },
    setDown(value: boolean) {
      isDown = value;
    },
    async answer() {
      asked.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
    wake: () => later.shift()?.(),
  };
}

async function loaded(...lines: string[]) {
  const log = start();
  log.say(...lines);
  log.feed.refresh();
  await log.answer();
  return log;
}

test('what was there comes first, then each event', async () => {
  const log = await loaded('a', 'b');
  log.tell('c');
  log.tell('d');
  expect(log.shown).toEqual(['a', 'b', 'c', 'd']);
  expect(log.questions()).toBe(0);
});

test('events that come before the answer wait for it, and none is shown twice', async () => {
  const log = start();
  log.say('a');
  log.feed.refresh();
  log.tell('b');
  log.tell('c');
  await log.answer();
  expect(log.shown).toEqual(['a', 'b', 'c']);
  // Old news of what the page had already.
  const late = await loaded('a', 'b', 'c');
  late.feed.takeEvent('b', 1);
  late.feed.takeEvent('c', 2);
  expect(late.shown).toEqual(['a', 'b', 'c']);
  expect(late.questions()).toBe(0);
});

test('a hole is filled by asking, and what comes meanwhile waits', async () => {
  const log = await loaded('a');
  log.say('b', 'c');
  log.tell('d');
  log.tell('e');
  expect(log.shown).toEqual(['a']);
  await log.answer();
  expect(log.shown).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('what the launcher keeps no more is said to be missing', async () => {
  const log = start({ keeps: 2 });
  log.say('a');
  log.feed.refresh();
  await log.answer();
  log.say('b', 'c', 'd', 'e');
  log.feed.refresh();
  await log.answer();
  expect(log.shown).toEqual(['a', '-2-', 'd', 'e']);
});

test('a log that starts over is set apart, even when it begins with the same words', async () => {
  const log = await loaded('a', 'b');
  log.tell('c');
  log.restart();
  log.tell('a');
  await log.answer();
  log.tell('x');
  expect(log.shown).toEqual(['a', 'b', 'c', '--', 'a', 'x']);
  log.restart();
  log.tell('y');
  await log.answer();
  expect(log.shown.slice(-2)).toEqual(['--', 'y']);
});

test('an event of a run that is over is forgotten once the launcher has said so', async () => {
  const log = await loaded('a');
  log.restart();
  log.feed.takeEvent('late', 7);
  await log.answer();
  log.wake();
  expect(log.shown).toEqual(['a', '--']);
  log.tell('b');
  await log.answer();
  expect(log.shown).toEqual(['a', '--', 'b']);
});

test('a launcher that does not answer is asked again later', async () => {
  const log = start();
  log.say('a');
  log.setDown(true);
  log.feed.refresh();
  await log.answer();
  expect(log.shown).toEqual([]);
  log.setDown(false);
  log.wake();
  await log.answer();
  expect(log.shown).toEqual(['a']);
});

test('starting over drops the answer that is on its way, and shows no break', async () => {
  const log = await loaded('a');
  log.feed.refresh();
  log.say('b');
  log.restart();
  log.feed.startOver();
  await log.answer();
  await log.answer();
  log.tell('c');
  expect(log.shown).toEqual(['a', 'c']);
});
