import { expect, it } from 'vitest';
import { createRecentIds } from '../src/recent-ids.ts';

it('ids that came before are known, as many as are remembered', () => {
  const ids = createRecentIds(2);
  expect(['a', 'b', 'a', 'c', 'a', 'c'].map((id) => ids.add(id))).toEqual([true, true, false, true, true, false]);
});

it('a thousand ids are remembered, four times what a hub keeps for those who come back', () => {
  const ids = createRecentIds();
  for (let count = 0; count < 1_024; count += 1) ids.add(String(count));
  expect(ids.add('0')).toBe(false);
  ids.add('one more');
  expect(ids.add('0')).toBe(true);
});
