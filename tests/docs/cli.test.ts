import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ExitCode } from '../../apps/cli/src/exit-code.ts';
import { root } from '../support/processes.ts';

const page = readFileSync(join(root, 'docs/cli.md'), 'utf8');

it('the exit codes of the page are those of the program', () => {
  const [, table = ''] = page.split('## Exit codes');
  const documented = [...(table.split('##')[0] ?? '').matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
  expect(documented).toEqual(Object.values(ExitCode));
});
