import { describe, expect, it } from 'vitest';
import { boundEvidence } from '../src/index.ts';

describe('evidence', () => {
  it('is left alone while it is short', () => {
    expect(boundEvidence(['~/a.service', 'line 3'])).toEqual(['~/a.service', 'line 3']);
  });

  it('is cut to few short lines, and says that it was', () => {
    const bounded = boundEvidence(Array.from({ length: 30 }, (_, index) => `${index} ${'x'.repeat(1_000)}`));
    expect(bounded).toHaveLength(8);
    expect(bounded[0]).toMatch(/^0 x{237}…$/);
    expect(bounded.at(-1)).toBe('… and 23 more');
  });

  it('cannot steer a terminal', () => {
    expect(boundEvidence(['\u001b[2Ja\nb\u202ec'])).toEqual(['[2Ja b c']);
  });
});
