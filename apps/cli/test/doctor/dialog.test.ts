import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { agreeing, terminalDialog } from '../../src/doctor/dialog.ts';

function aDialog(answer: string | undefined) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let shown = '';
  output.setEncoding('utf8').on('data', (part: string) => {
    shown += part;
    if (part.includes(']')) input.end(answer === undefined ? undefined : `${answer}\n`);
  });
  return { dialog: terminalDialog({ input, output }), shown: () => shown };
}

describe('a question on the terminal', () => {
  it.each([
    ['y', true],
    ['YES', true],
    ['', false],
    ['n', false],
    ['yesterday', false],
    [undefined, false],
  ])('answered with %j is %s', async (answer, agreed) => {
    expect(await aDialog(answer).dialog.confirm('Do this?')).toBe(agreed);
  });

  it.each([
    ['1', 0],
    ['2', 1],
    ['0', undefined],
    ['3', undefined],
    ['1.5', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('which of two, answered with %j, is %s', async (answer, index) => {
    const { dialog, shown } = aDialog(answer);
    expect(await dialog.choose('Which?', ['this', 'that'])).toBe(index);
    expect(shown()).toContain('  1) this\n  2) that\nWhich? [1-2, anything else: none] ');
  });
});

it('--yes takes the first one, and agrees', async () => {
  expect([await agreeing.confirm('?'), await agreeing.choose('?', ['this', 'that'])]).toEqual([true, 0]);
});
