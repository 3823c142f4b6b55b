import { describe, expect, it } from 'vitest';
import { comparePositions, formatCursor, parseCursor } from '../src/redis-cursor.ts';

describe('an id', () => {
  it.each(['1700000000000-0', '1700000000000-17~abcdef012345~4', '1-2~aaaaaaaa~1~bbbbbbbb~22'])(
    'is read and written alike: %s',
    (id) => {
      const cursor = parseCursor(id);
      expect(cursor && formatCursor(cursor)).toBe(id);
    },
  );

  it('fits into what a client may hand back, whatever has been seen', () => {
    const seen = new Map(Array.from({ length: 9 }, (_, index) => [`${index}`.repeat(32), 10 ** 14 + index]));
    const id = formatCursor({ position: `${'9'.repeat(19)}-${'9'.repeat(19)}`, seen });
    expect(id.length).toBeLessThanOrEqual(256);
    expect([...(parseCursor(id)?.seen.keys() ?? [])].map((origin) => origin[0])).toEqual(['5', '6', '7', '8']);
  });
});

describe('positions', () => {
  it('are compared as numbers, beyond what a double can hold', () => {
    const ordered = ['0-0', '9-0', '9-2', '9-10', '10-0', '9007199254740992-9007199254740992', '9007199254740993-0'];
    expect([...ordered].reverse().sort(comparePositions)).toEqual(ordered);
    expect(comparePositions('10-1', '10-1')).toBe(0);
  });
});
