import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { reasons } from '../../apps/cli/src/connect/reasons.ts';

const page = readFileSync(new URL('../../docs/connect.md', import.meta.url), 'utf8');
const [, section = ''] = page.split('## Reason codes');

it('docs/connect.md lists every reason code of connect with its exit code, and no other', () => {
  const documented = [...section.matchAll(/^\| `(\w+)` \| (\d+) \| \S.* \|$/gm)].map(
    ([, code, exit]) => `${code} ${exit}`,
  );
  expect(documented).toEqual(Object.entries(reasons).map(([code, { exit }]) => `${code} ${exit}`));
});

it('every reason code is one that a diagnosis can end with', () => {
  const source = readFileSync(new URL('../../apps/cli/src/connect/diagnose.ts', import.meta.url), 'utf8');
  // The two for what was not tried stand in the observation itself.
  const observed = readFileSync(new URL('../../apps/cli/src/connect/observation.ts', import.meta.url), 'utf8');
  expect(Object.keys(reasons).filter((code) => !`${source}${observed}`.includes(`'${code}'`))).toEqual([]);
});
