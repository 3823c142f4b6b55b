import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../support/processes.ts';

const page = readFileSync(join(root, 'docs/threats.md'), 'utf8');
const rows = page.split('\n').filter((line) => /^\| (?!Threat )\S/.test(line));
const filesOf = (row: string) => [...row.matchAll(/`([\w/.-]+\.test\.ts)`/g)].map(([, file = '']) => file);

it('docs/threats.md names for each threat the tests that try it, and all of them are there', () => {
  expect(rows.length).toBeGreaterThan(20);
  expect(rows.filter((row) => filesOf(row).length === 0)).toEqual([]);
  expect(rows.flatMap(filesOf).filter((file) => !existsSync(join(root, file)))).toEqual([]);
});
