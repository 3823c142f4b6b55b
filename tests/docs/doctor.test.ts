import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { repairableCodes } from '../../apps/cli/src/doctor/repair.ts';
import { FINDING_CODES, SEVERITIES } from '../../packages/findings/src/index.ts';

const page = readFileSync(new URL('../../docs/doctor.md', import.meta.url), 'utf8');
const rows = [...page.matchAll(/^\| `([\w-]+)` \| ([a-z, ]+) \| (yes|–) \| \S.* \|$/gm)].map(
  ([, code = '', severities = '', repair]) => ({
    code,
    severities: severities.split(', '),
    isRepairable: repair === 'yes',
  }),
);

it('docs/doctor.md lists every finding, and no other', () => {
  expect(rows.map(({ code }) => code)).toEqual([...FINDING_CODES]);
  expect(
    rows.flatMap(({ severities }) => severities).filter((name) => !SEVERITIES.some((known) => known === name)),
  ).toEqual([]);
});

it('says of each whether it can be repaired', () => {
  const documented = rows.filter(({ isRepairable }) => isRepairable).map(({ code }) => code);
  expect(documented.toSorted()).toEqual([...repairableCodes].toSorted());
});

it('has an example that is as the program prints it', () => {
  const [, example = ''] = /```json\n([\s\S]+?)```/.exec(page) ?? [];
  expect(Object.keys(JSON.parse(example))).toEqual(['home', 'exit_code', 'findings', 'repairs']);
});
