import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ExitCode } from '../../apps/cli/src/exit-code.ts';
import { cli } from '../support/cli.ts';
import { freshHome } from '../support/home.ts';
import { root } from '../support/processes.ts';

const page = readFileSync(join(root, 'docs/cli.md'), 'utf8');

it('the exit codes of the page are those of the program', () => {
  const [, table = ''] = page.split('## Exit codes');
  const documented = [...(table.split('##')[0] ?? '').matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
  expect(documented).toEqual(Object.values(ExitCode));
});

it('the page has a row for every command, and for every one below it', async () => {
  const home = freshHome();
  const [, names = ''] = /There are: (.*)\./.exec((await cli(['nonsense'], { home })).stderr) ?? [];
  const [table = ''] = page.split('## Exit codes');
  for (const name of names.split(', ')) {
    const rows = table.split('\n').filter((line) => line.startsWith(`| \`${name}`));
    expect(rows.length, name).toBeGreaterThan(0);
    const { stdout } = await cli([name, '--help'], { home });
    const [, commands = ''] = stdout.split('Commands:\n');
    const below = [...commands.matchAll(/^ {2}(\w+) /gm)].map(([, word = '']) => word);
    for (const word of below.filter((one) => one !== 'help')) expect(rows.join(), `${name} ${word}`).toContain(word);
  }
});
