import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freePort, freshHome, writeHomeFile } from '../support/home.ts';
import { built, isAlive, pidOfGateway, pidRecord, run, startLauncher, until } from '../support/processes.ts';
import { openTerminal, type Terminal } from '../support/tmux.ts';

interface Screen {
  readonly terminal: Terminal;
  readonly home: string;
}

/** A shell with the full screen running in it. */
async function openTui({
  home = freshHome(),
  env = {},
}: {
  home?: string;
  env?: Record<string, string>;
} = {}): Promise<Screen> {
  const ports = {
    PICOCLAW_LAUNCHER_PORT: String(await freePort()),
    PICOCLAW_GATEWAY_PORT: String(await freePort()),
  };
  onTestFinished(() => {
    const pid = pidRecord(home)?.pid;
    if (pid !== undefined && isAlive(pid)) process.kill(pid, 'SIGTERM');
  });
  const terminal = openTerminal({ cwd: home, env: { PICOCLAW_HOME: home, ...ports, ...env } });
  await beginTui(terminal);
  return { terminal, home };
}

async function beginTui(terminal: Terminal): Promise<void> {
  await terminal.shows(/prompt\$/);
  terminal.type(`clear; "${process.execPath}" "${built('cli.js')}" tui`);
  terminal.press('Enter');
  await terminal.shows(/\[1 Chat\]/);
}

const modesOf = (terminal: Terminal) => terminal.run('stty -a');

test('The gateway is started, restarted, reloaded and stopped, and every step is seen', async () => {
  const { terminal, home } = await openTui();
  terminal.press('3');
  await terminal.shows(/State +not running/);
  terminal.press('s');
  await terminal.shows(/The gateway runs at 127\.0\.0\.1:\d+, pid \d+\./);
  await terminal.shows(/State +running/);
  const first = pidOfGateway(home);
  expect(terminal.screen()).toContain(`pid ${first}`);
  await terminal.shows(/info +gateway is ready/);
  terminal.press('r');
  await until(() => ![first, undefined].includes(pidRecord(home)?.pid));
  await terminal.shows(new RegExp(`The gateway runs at .*pid ${pidRecord(home)?.pid}\\.`));
  const second = pidOfGateway(home);
  expect(second).not.toBe(first);
  expect(isAlive(first)).toBe(false);
  terminal.press('c');
  await terminal.shows(/has read its configuration again/);
  terminal.press('x');
  await terminal.shows(/Stop the gateway\?/);
  terminal.press('n');
  expect(isAlive(second)).toBe(true);
  terminal.press('x');
  await terminal.shows(/Stop the gateway\?/);
  terminal.press('y');
  await terminal.shows(/State +not running/);
  await until(() => !isAlive(second));
});

test('With a launcher, its orders are used, the chat goes through it, and both outlive it', async () => {
  const home = freshHome();
  const launcher = await startLauncher({ home });
  const ports = { PICOCLAW_LAUNCHER_PORT: String(launcher.port), PICOCLAW_GATEWAY_PORT: String(launcher.gatewayPort) };
  const { terminal } = await openTui({ home, env: ports });
  await terminal.shows(new RegExp(`Launcher running · ${launcher.url}`));
  await terminal.shows(/Gateway +running · .* · pid \d+ · up/);
  terminal.type('/echo through the launcher');
  terminal.press('Enter');
  await terminal.shows(/Agent.*\n +through the launcher/);
  await terminal.shows(/You · \d\d:\d\d · delivered/);
  terminal.press('Tab', 'Tab', 'x');
  await terminal.shows(/Stop the gateway\?/);
  terminal.press('y');
  await terminal.shows(/State +not running/);
  terminal.press('Tab');
  terminal.type('/echo said while nobody listened');
  terminal.press('Enter');
  await terminal.shows(/waits for the connection/);
  terminal.press('Tab', 'Tab', 's');
  await terminal.shows(/The gateway runs at/);
  terminal.press('Tab');
  await terminal.shows(/Agent.*\n +said while nobody listened/);
  await launcher.kill('SIGTERM');
  await terminal.shows(/Launcher not running/);
});

test('A gateway that does not start says why', async () => {
  const { terminal } = await openTui({ env: { PICOCLAW_GATEWAY_HOST: '203.0.113.1' } });
  terminal.press('3', 's');
  await terminal.shows(/The gateway did not start: .*203\.0\.113\.1/);
});

test('The chat streams, edits its line, and keeps wide characters in their places', async () => {
  const { terminal } = await openTui();
  terminal.press('3', 's');
  await terminal.shows(/The gateway runs at/);
  terminal.press('1');
  terminal.type('/eco 世界 👋 q123');
  terminal.press('Home', 'Right', 'Right');
  terminal.type('x');
  terminal.press('BSpace', 'Right');
  terminal.type('h');
  terminal.press('End', 'Enter');
  await terminal.shows(/Agent.*\n +世界 👋 q123/);
  terminal.press('Up');
  await terminal.shows(/> \/echo 世界 👋 q123$/m);
  terminal.press('C-u');
  terminal.type('/stream 40');
  terminal.press('Enter');
  await terminal.shows(/1 2 3 4/);
  await terminal.shows(/is answering/);
  await terminal.shows(/39 40/);
});

test('What is said before anybody is there waits, and is answered', async () => {
  const { terminal } = await openTui();
  terminal.type('/echo said too early');
  terminal.press('Enter');
  await terminal.shows(/said too early/);
  await terminal.shows(/waits for the connection/);
  terminal.press('Tab', 'Tab', 's');
  await terminal.shows(/The gateway runs at/);
  terminal.press('Tab');
  await terminal.shows(/Agent.*\n +said too early/);
});

test('The log is followed, scrolled, filtered by level and searched', async () => {
  const { terminal } = await openTui();
  terminal.press('3', 's');
  await terminal.shows(/The gateway runs at/);
  terminal.press('2');
  await terminal.shows(/\d\d:\d\d:\d\d info +gateway is ready.*/);
  await terminal.shows(/following/);
  terminal.press('/');
  terminal.type('is ready');
  await terminal.shows(/1 of \d+ lines .* with "is ready"|\/is ready/);
  terminal.press('Enter');
  await terminal.shows(/1 of \d+ lines · all levels · with "is ready"/);
  terminal.press('Escape');
  terminal.press('l', 'l', 'l');
  await terminal.shows(/error and worse/);
  terminal.press('Escape');
  await terminal.shows(/all levels/);
});

test('It fits 80 by 24 and 200 by 50 and everything between, whenever the size changes', async () => {
  const { terminal } = await openTui();
  terminal.press('3', 's');
  await terminal.shows(/The gateway runs at/);
  terminal.press('1');
  terminal.type(`/echo ${'word '.repeat(60)}end`);
  terminal.press('Enter');
  await terminal.shows(/word end/);
  for (const [columns, rows] of [
    [200, 50],
    [80, 24],
    [120, 30],
    [40, 12],
    [200, 50],
    [80, 24],
  ] as const) {
    terminal.resize(columns, rows);
    await terminal.shows(new RegExp(`^──\\[1 Chat\\]── 2 Logs ──.{${columns - 22}}$`, 'm'));
    // The terminal takes a picture in pieces.
    await until(() => /^Enter send/.test(terminal.screen().split('\n')[rows - 1] ?? ''), terminal.screen);
    const lines = terminal.screen().split('\n');
    expect(lines).toHaveLength(rows);
    expect(lines[0]).toMatch(/^PicoClaw/);
    expect(lines[rows - 3]).toMatch(/^>/);
    expect(lines[rows - 1]).toMatch(/^Enter send/);
    expect(lines.filter((line) => line.startsWith('PicoClaw'))).toHaveLength(1);
  }
});

test.each(['q', 'C-c'])('After %s the terminal is as before', async (key) => {
  const home = freshHome();
  const { terminal } = await openTui({ home });
  expect(terminal.modes()).toEqual({ isAlternate: true, hasCursor: false });
  terminal.press(key);
  await expectAsBefore(terminal);
});

test.each(['SIGTERM', 'SIGHUP', 'SIGKILL'] as const)('After %s the terminal is as before', async (signal) => {
  const { terminal } = await openTui();
  const pid = terminal.foreground();
  process.kill(pid, signal);
  await until(() => !isAlive(pid));
  await expectAsBefore(terminal);
});

/** The prompt is there without a key, lines are echoed and edited, the cursor shows, and no mode is other than in a fresh shell. */
async function expectAsBefore(terminal: Terminal): Promise<void> {
  await terminal.shows(/prompt\$$/);
  await until(() => !terminal.modes().isAlternate && terminal.modes().hasCursor);
  const fresh = openTerminal({ cwd: '/', env: {} });
  await fresh.shows(/prompt\$/);
  expect(await modesOf(terminal)).toBe(await modesOf(fresh));
  expect(await terminal.run('echo still here')).toContain('still here');
}

test('Colours are shown, and not with NO_COLOR', async () => {
  const colours = (await openTui()).terminal;
  const plain = (await openTui({ env: { NO_COLOR: '1' } })).terminal;
  for (const terminal of [colours, plain]) {
    terminal.press('3');
    await terminal.shows(/State +not running/);
  }
  // The control sequence of a colour, without the escape before it.
  const coloured = /\[(?:[0-9;]*;)?(?:3[0-7]|9[0-7])m/;
  expect(colours.screen({ withEscapes: true })).toMatch(coloured);
  expect(plain.screen({ withEscapes: true })).not.toMatch(coloured);
});

/** Another title, the normal screen, a question whose answer would be typed, the end of all that was shown. */
const HOSTILE = '\u001b]0;taken\u0007\u001b[?1049l\u001b[c\u009b2J\u001b[3J\u202e';

test('What a model says and what stands in the log cannot take the terminal', async () => {
  const home = freshHome();
  writeHomeFile(home, 'config.json', {
    agents: { defaults: { model_name: 'hostile' } },
    model_list: [{ model_name: 'hostile', model: 'command/printf', args: ['%s', `before ${HOSTILE}after`] }],
  });
  const { terminal } = await openTui({ home });
  const title = terminal.title();
  terminal.press('3', 's');
  await terminal.shows(/The gateway runs at/);
  appendFileSync(join(home, 'logs', 'gateway.log'), `first ${HOSTILE}last\n`);
  await terminal.shows(/first last/);
  terminal.press('1');
  terminal.type('hello');
  terminal.press('Enter');
  await terminal.shows(/before after/);
  expect(terminal.title()).toBe(title);
  expect(terminal.modes().isAlternate).toBe(true);
});

test('Without a terminal it names the command that needs none', async () => {
  const program = run(built('cli.js'), { home: freshHome(), args: ['tui'] });
  expect(await program.exited).toBe(2);
  expect(program.output()).toMatch(/needs a terminal[\s\S]*picoclaw-launcher status/);
});

test('No other command loads what draws the screen', () => {
  const chunks = new Map(
    readdirSync(built(''))
      .filter((name) => /^cli.*\.js$/.test(name))
      .map((name) => [name, readFileSync(built(name), 'utf8')]),
  );
  const statically = (name: string, seen = new Set<string>()): Set<string> => {
    if (seen.has(name)) return seen;
    seen.add(name);
    for (const [, other = ''] of (chunks.get(name) ?? '').matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g))
      statically(other, seen);
    return seen;
  };
  const drawing = [...chunks].filter(([, text]) => text.includes('ink-root')).map(([name]) => name);
  expect(drawing).toHaveLength(1);
  const entries = [...chunks.keys()].filter((name) => !drawing.includes(name));
  for (const entry of entries) expect([...statically(entry)], entry).not.toContain(drawing[0]);
});
