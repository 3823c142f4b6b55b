import type { ChatMessage, PicoSnapshot } from '@picoclaw/client';
import { describe, expect, test } from 'vitest';
import type { GatewayView } from '../../src/tui/facts.ts';
import { footerRows, keysOf } from '../../src/tui/footer-rows.ts';
import { duration, headerRows } from '../../src/tui/header-rows.ts';
import type { Key } from '../../src/tui/keys.ts';
import { layoutOf } from '../../src/tui/layout.ts';
import { cursorOf, paneRows } from '../../src/tui/pane-rows.ts';
import { press } from '../../src/tui/press.ts';
import { textOf } from '../../src/tui/row.ts';
import { widthOf } from '../../src/tui/text-width.ts';
import { initialState, reduce, type TuiCommand, type TuiState } from '../../src/tui/tui-state.ts';

const start = initialState({ columns: 80, rows: 24 }, 1_000);
const running: GatewayView = {
  ...{ state: 'running', address: '127.0.0.1:18790', pid: 4711, version: '0.1.0', startedAt: 0, model: 'local' },
};
const named = (name: string): Key => ({ name, text: '' });
const typed = (text: string): Key => ({ name: 'text', text });

function pressed(state: TuiState, ...keys: readonly Key[]): { state: TuiState; commands: TuiCommand[] } {
  const commands: TuiCommand[] = [];
  const end = keys.reduce((before, key) => {
    const next = press(before, key);
    commands.push(...next.commands);
    return next.state;
  }, state);
  return { state: end, commands };
}

const message = (id: string, content: string, more: Partial<ChatMessage> = {}): ChatMessage => ({
  ...{ id, author: 'agent', content, createdAt: 0, ...more },
});

function withMessages(state: TuiState, messages: readonly ChatMessage[], more: Partial<PicoSnapshot> = {}): TuiState {
  const snapshot: PicoSnapshot = {
    ...{ sessionId: 's', messages, typing: false, connection: { state: 'connected', attempt: 0 }, ...more },
  };
  return reduce(state, { type: 'chat', snapshot });
}

/** All rows, as text. */
function screenOf(state: TuiState): string[] {
  const { width } = layoutOf(state.size);
  return [...headerRows(state, width), ...paneRows(state), ...footerRows(state, width)].map(textOf);
}

describe('Keys', () => {
  test('1, 2, 3 and Tab choose the pane', () => {
    expect(pressed(start, typed('2')).state.pane).toBe('logs');
    expect(pressed(start, typed('3')).state.pane).toBe('gateway');
    expect(pressed(start, named('tab'), named('tab'), named('tab')).state.pane).toBe('chat');
    expect(pressed(start, named('shift-tab')).state.pane).toBe('gateway');
  });

  test('Keys that came at once are one each, also as the answer to a question', () => {
    const asked = pressed(
      reduce(start, { type: 'facts', facts: { launcher: { state: 'absent' }, gateway: running } }),
      typed('3x'),
    );
    expect(asked.state.isStopAsked).toBe(true);
    expect(pressed(asked.state, typed('nx')).state.isStopAsked).toBe(true);
    expect(pressed(asked.state, typed('nxy')).commands).toEqual([{ type: 'order', name: 'stop' }]);
  });

  test('What is typed into the line are no commands', () => {
    const { state, commands } = pressed(start, named('enter'), typed('q'), typed('1'), typed('2'), typed('s'));
    expect(state).toMatchObject({ pane: 'chat', chat: { draft: { text: 'q12s' } } });
    expect(commands).toEqual([]);
    expect(pressed(state, named('alt-2')).state.pane).toBe('logs');
    expect(pressed(state, named('escape'), typed('q')).commands).toEqual([{ type: 'quit' }]);
  });

  test('Keys in a hurry do the same as one by one; a message that comes at once is one', () => {
    expect(pressed(start, typed('3s')).commands).toEqual([{ type: 'order', name: 'start' }]);
    expect(pressed(start, typed('quick question')).state.chat.draft.text).toBe('quick question');
  });

  test('Enter sends, and what was sent comes back with the arrow up', () => {
    const { state, commands } = pressed(
      start,
      typed('one'),
      named('enter'),
      typed('two'),
      named('enter'),
      named('enter'),
    );
    expect(commands).toEqual([
      { type: 'send', text: 'one' },
      { type: 'send', text: 'two' },
    ]);
    const draft = (...keys: readonly Key[]) => pressed(state, typed('three'), ...keys).state.chat.draft.text;
    expect(draft(named('up'))).toBe('two');
    expect(draft(named('up'), named('up'), named('up'))).toBe('one');
    expect(draft(named('up'), named('up'), named('down'), named('down'))).toBe('three');
  });

  test('Ctrl-C quits from everywhere', () => {
    for (const keys of [[], [named('enter')], [typed('2'), typed('/')], [typed('3'), typed('x')]]) {
      expect(pressed(start, ...keys, named('ctrl-c')).commands).toEqual([{ type: 'quit' }]);
    }
  });

  test('A stop is asked for first, and there is one order at a time', () => {
    const asked = pressed(start, typed('3'), typed('x'));
    expect(asked.commands).toEqual([]);
    expect(pressed(asked.state, typed('n')).commands).toEqual([]);
    const stopping = pressed(asked.state, typed('y'));
    expect(stopping.commands).toEqual([{ type: 'order', name: 'stop' }]);
    expect(pressed(stopping.state, typed('s'), typed('r'), typed('x')).commands).toEqual([]);
    const done = reduce(stopping.state, { type: 'order_done', outcome: { isOk: true, text: 'done' } });
    expect(pressed(done, typed('s')).commands).toEqual([{ type: 'order', name: 'start' }]);
  });

  test('The chat scrolls, stands still while an answer grows, and follows again at its end', () => {
    const long = Array.from({ length: 20 }, (_, index) => message(`m${index}`, `text ${index}`));
    const scrolled = pressed(withMessages(start, long), named('page-up')).state;
    const seen = screenOf(scrolled).slice(3, 15);
    const grown = withMessages(scrolled, [...long, message('new', 'more')]);
    expect(screenOf(grown).slice(3, 15)).toEqual(seen);
    expect(screenOf(grown).join('\n')).toMatch(/\d+ more below/);
    const back = pressed(grown, named('page-down'), named('page-down')).state;
    expect(screenOf(back).join('\n')).toContain('more');
    expect(back.chat.top).toBeUndefined();
  });
});

describe('The screen', () => {
  const wild = [
    message('1', '世界'.repeat(80), { author: 'person', delivery: 'stored' }),
    message('2', `👩‍👩‍👧 ${'x'.repeat(500)}\n\n\tindented\u001b[2J\u0007`, { modelName: 'm\u001b[31m' }),
    message('3', '', { author: 'person', delivery: 'failed', failure: { code: 'c', message: 'y '.repeat(100) } }),
  ];
  const facts = { launcher: { state: 'running', url: 'http://127.0.0.1:18800' }, gateway: running } as const;
  const full = reduce(
    withMessages(
      reduce(start, { type: 'lines', lines: ['世'.repeat(200), `{"level":"info","msg":"${'x'.repeat(300)}"}`] }),
      wild,
    ),
    { type: 'facts', facts },
  );

  test.each([
    [80, 24],
    [200, 50],
    [40, 10],
    [20, 8],
  ])('Fills %i by %i exactly, in every pane, and nothing is wider', (columns, rows) => {
    const sized = reduce(full, { type: 'resized', size: { columns, rows } });
    for (const pane of ['1', '2', '3']) {
      const screen = screenOf(pressed(sized, typed(pane)).state);
      expect(screen).toHaveLength(rows);
      for (const row of screen) {
        expect(widthOf(row)).toBeLessThanOrEqual(columns);
        expect(row).not.toMatch(/\p{Cc}/u);
      }
    }
  });

  test('Says what launcher and gateway do', () => {
    const [first, second] = screenOf(full);
    expect(first).toMatch(/Launcher running · http:\/\/127\.0\.0\.1:18800/);
    expect(second).toMatch(/Gateway +running · 127\.0\.0\.1:18790 · model local · pid 4711 · up 1 s/);
  });

  test('Shows how far a message has come, and why it has not', () => {
    const text = screenOf(reduce(full, { type: 'resized', size: { columns: 80, rows: 50 } })).join('\n');
    expect(text).toMatch(/You · .* · delivered/);
    expect(text).toMatch(/not delivered[\s\S]*Ctrl-R sends it again/);
  });

  test('Says that the connection is lost and when it is tried again', () => {
    const lost = withMessages(full, wild, { connection: { state: 'disconnected', attempt: 1, nextAttemptAt: 4_000 } });
    expect(screenOf(lost).join('\n')).toContain('Connection lost, next try in 3 s.');
    const off = reduce(lost, { type: 'facts', facts: { ...facts, gateway: { state: 'stopped' } } });
    expect(screenOf(off).join('\n')).toContain('The gateway is not running: the chat goes on when it runs again');
  });

  test('Says the whole reason of what failed, with what to do', () => {
    const failed = reduce(pressed(full, typed('3'), typed('s')).state, {
      ...{
        type: 'order_done',
        outcome: { isOk: false, text: `It did not: ${'because '.repeat(20)}END`, hint: 'Do this.' },
      },
    });
    expect(screenOf(failed).join('\n')).toMatch(/because END\nDo this\./);
  });

  test('Every help line names the way out within 80 columns', () => {
    const states = [[], [named('enter')], [typed('2')], [typed('2'), typed('/')], [typed('3')]];
    for (const keys of states) expect(keysOf(pressed(full, ...keys).state).slice(0, 79)).toMatch(/q quit|Ctrl-C quit/);
  });

  test('The cursor stands where is typed', () => {
    expect(cursorOf(start)).toBeUndefined();
    expect(cursorOf(pressed(start, typed('世x')).state)).toEqual({ row: 21, column: 5 });
    expect(cursorOf(pressed(start, typed('2'), typed('/'), typed('ab')).state)).toEqual({ row: 21, column: 3 });
  });

  test.each([
    [0, '0 s'],
    [59_000, '59 s'],
    [61_000, '1 min'],
    [3_900_000, '1 h 5 min'],
    [90_000_000, '1 d 1 h'],
  ])('%i ms is %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
});
