import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removeIf, removeInvalid } from '../src/index.ts';
import { aPidFile, aRecord, temporaryHome } from './support/records.ts';

test('the expected record is removed, and nothing is left', async () => {
  const path = aPidFile(aRecord());
  expect(await removeIf(path, aRecord())).toEqual({ removed: true });
  expect(readdirSync(join(path, '..'))).toEqual([]);
});

test('several that clean up at once remove it once, and none throws', async () => {
  const path = aPidFile(aRecord());
  const results = await Promise.all(Array.from({ length: 20 }, () => removeIf(path, aRecord())));
  expect(results.filter(({ removed }) => removed)).toHaveLength(1);
});

test('a file that is gone, garbage, another record’s or a link is left alone', async () => {
  expect(await removeIf(join(temporaryHome(), 'none'), aRecord())).toEqual({ removed: false, reason: 'absent' });
  const link = join(temporaryHome(), 'link');
  const target = aPidFile(aRecord());
  symlinkSync(target, link);
  for (const path of [aPidFile('garbage'), aPidFile(aRecord({ instanceId: 'next' })), link]) {
    const before = readFileSync(path, 'utf8');
    expect(await removeIf(path, aRecord())).toEqual({ removed: false, reason: 'different' });
    expect(readFileSync(path, 'utf8')).toBe(before);
  }
});

test('a file that holds no record is removed as such; a record, a link or nothing is not', async () => {
  const broken = aPidFile('{"pid": 12');
  expect(await removeInvalid(broken)).toEqual({ removed: true });
  expect(await removeInvalid(broken)).toEqual({ removed: false, reason: 'absent' });
  const link = join(temporaryHome(), 'link');
  const target = aPidFile('garbage');
  symlinkSync(target, link);
  for (const path of [aPidFile(aRecord()), link])
    expect(await removeInvalid(path)).toEqual({ removed: false, reason: 'different' });
  expect(readFileSync(target, 'utf8')).toBe('garbage');
});
