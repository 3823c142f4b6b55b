import { describe, expect, it } from 'vitest';
import { bySeverity, isAtLeast } from '../src/index.ts';

describe('severities', () => {
  it('sort the worst first and keep the order of equals', () => {
    const sorted = bySeverity([
      { severity: 'info', id: 1 },
      { severity: 'error', id: 2 },
      { severity: 'warn', id: 3 },
      { severity: 'error', id: 4 },
    ] as const);
    expect(sorted.map(({ id }) => id)).toEqual([2, 4, 3, 1]);
  });

  it('compare', () => {
    expect(isAtLeast({ severity: 'warn' }, 'warn')).toBe(true);
    expect(isAtLeast({ severity: 'warn' }, 'error')).toBe(false);
  });
});
