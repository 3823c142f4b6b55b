import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { doctoredHome } from '../support/doctor.ts';
import { built } from '../support/processes.ts';
import { openTerminal, type Terminal } from '../support/tmux.ts';

const command = (line: string) => `"${process.execPath}" "${built('cli.js')}" ${line}`;
/** The control sequence of a colour or a weight, without the escape before it. */
const STYLED = /\[(?:[0-9;]*;)?(?:[12]|3[0-7]|9[0-7])m/;

/** A terminal in a home with two things to repair. */
async function aTerminal(env: Readonly<Record<string, string>> = {}): Promise<{ terminal: Terminal; home: string }> {
  const { home } = await doctoredHome();
  for (const name of ['launcher-config.json', 'config.json']) chmodSync(join(home, name), 0o666);
  const terminal = openTerminal({
    cwd: home,
    env: { HOME: home, PICOCLAW_HOME: home, ...env },
    columns: 100,
    rows: 50,
  });
  await terminal.shows(/prompt\$/);
  return { terminal, home };
}

describe('colours', () => {
  it('are shown on a terminal, and not with NO_COLOR nor on one that has none', async () => {
    const { terminal } = await aTerminal();
    for (const name of ['status', 'doctor', 'connect']) {
      for (const [before, isColoured] of [
        ['', true],
        ['NO_COLOR=1 ', false],
        ['TERM=dumb ', false],
        ['FORCE_COLOR=1 ', true],
      ] as const) {
        await terminal.run(before + command(name));
        expect([before, name, STYLED.test(terminal.screen({ withEscapes: true }))]).toEqual([before, name, isColoured]);
      }
    }
    // What goes into a file has none, whatever a shell of a build server sets.
    expect(await terminal.run(`FORCE_COLOR=1 CI=1 ${command('status')} | cat -v`)).not.toContain('^[');
  });
});

describe('a question of doctor', () => {
  it('is asked for each thing, and only what was agreed to is changed', async () => {
    const { terminal, home } = await aTerminal();
    terminal.type(command('doctor --repair'));
    terminal.press('Enter');
    await terminal.shows(/Do this\? \[y\/N\]$/);
    terminal.type('y');
    terminal.press('Enter');
    await terminal.shows(/Do this\? \[y\/N\] y\n[\s\S]*Do this\? \[y\/N\]$/);
    terminal.press('Enter');
    await terminal.shows(/1 finding in .*\n.*prompt\$$/);
    const modes = ['config.json', 'launcher-config.json'].map((name) => statSync(join(home, name)).mode & 0o777);
    expect(modes.toSorted()).toEqual([0o600, 0o666]);
  });

  it('that is answered with Ctrl-C is the last one, and nothing is changed', async () => {
    const { terminal, home } = await aTerminal();
    terminal.type(`${command('doctor --repair')}; echo "code $?"`);
    terminal.press('Enter');
    await terminal.shows(/Do this\? \[y\/N\]$/);
    terminal.press('C-c');
    await terminal.shows(/error: Interrupted: nothing further was changed\.\s+code 1$/m);
    expect(statSync(join(home, 'config.json')).mode & 0o777).toBe(0o666);
  });

  it('that is answered with the end of the input is a no', async () => {
    const { terminal, home } = await aTerminal();
    terminal.type(`${command('doctor --repair')}; echo "code $?"`);
    terminal.press('Enter');
    for (const count of [1, 2]) {
      await terminal.shows(new RegExp(`(?:Do this\\? \\[y/N\\][\\s\\S]*){${count}}$`));
      terminal.press('C-d');
    }
    await terminal.shows(/code 1$/m);
    expect(statSync(join(home, 'config.json')).mode & 0o777).toBe(0o666);
  });
});

it('the question of connect for a token is ended by Ctrl-C', async () => {
  const { terminal } = await aTerminal();
  terminal.type(`${command('connect --url ws://localhost:9')}; echo "code $?"`);
  terminal.press('Enter');
  await terminal.shows(/Token for localhost:9/);
  terminal.press('C-c');
  await terminal.shows(/error: Interrupted: nothing was tried\.\s+code 1$/m);
  expect(await terminal.run('stty -a')).toMatch(/ icanon .* echo /s);
});

it('whoever reads only the beginning ends it quietly', async () => {
  const { terminal } = await aTerminal();
  for (const line of [
    '--help',
    '--version',
    'status',
    'doctor',
    'doctor --json',
    'connect',
    'connect --json',
    'service --help',
  ]) {
    const said = await terminal.run(`${command(line)} | head -n 1 > /dev/null; ${command(line)} 2> /dev/null | true`);
    expect([line, said.trim()]).toEqual([line, '']);
  }
  expect(await terminal.run(`${command('--version')} > /dev/full; ${command('status')} > /dev/full`)).toBe('');
});
