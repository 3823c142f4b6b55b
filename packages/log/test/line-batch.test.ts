import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { createLineBatch, createLog } from '../src/index.ts';

it('passes on in one piece what comes together', async () => {
  const passed: string[] = [];
  const done = new Promise<void>((resolve) => {
    const batch = createLineBatch((text) => {
      passed.push(text);
      resolve();
    });
    for (const line of ['one\n', 'two\n', 'three\n']) batch.write(line);
  });
  expect(passed).toEqual([]);
  await done;
  expect(passed).toEqual(['one\ntwo\nthree\n']);
});

it('passes nothing on twice, and nothing when there is nothing', () => {
  const passed: string[] = [];
  const batch = createLineBatch((text) => void passed.push(text));
  batch.flush();
  batch.write('one\n');
  batch.flush();
  batch.flush();
  expect(passed).toEqual(['one\n']);
});

it('a log that a program reads says a warning at once, and behind what came before it', async () => {
  const stream = new PassThrough();
  const { logger } = createLog({ level: 'info', console: { level: 'info', format: 'json', stream } });
  logger.info('first');
  expect(stream.readableLength).toBe(0);
  logger.warn('second');
  const lines = String(stream.read()).trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['first', 'second']);
  logger.info('third');
  const [chunk] = (await once(stream, 'data')) as [Buffer];
  expect(String(chunk)).toContain('third');
});
