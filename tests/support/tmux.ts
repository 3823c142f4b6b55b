import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { until } from './processes.ts';

/** A real terminal with a real shell in it. */
export interface Terminal {
  /** The rows on the screen, without what is empty at their ends. */
  screen(options?: { readonly withEscapes?: boolean }): string;
  /** Types a text as it is. */
  type(text: string): void;
  /** Presses keys by tmux's names: `Enter`, `Tab`, `PageUp`, `C-c`. */
  press(...keys: readonly string[]): void;
  resize(columns: number, rows: number): void;
  /** Waits until the screen shows it. */
  shows(wanted: RegExp): Promise<void>;
  /** Runs a line in the shell and waits until it has ended; answers with what it printed. */
  run(line: string): Promise<string>;
  /** What the terminal itself knows of its modes. */
  modes(): { readonly isAlternate: boolean; readonly hasCursor: boolean };
  /** What a program can set by a control sequence. */
  title(): string;
  /** The process that the shell runs in the foreground at the moment. */
  foreground(): number;
}

interface TerminalOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly rows?: number;
}

const PROMPT = 'prompt$';
/** Nothing that would configure what runs in the terminal. */
const CLEAN = { PATH: process.env['PATH'], HOME: process.env['HOME'], TERM: 'xterm-256color', LC_ALL: 'C.UTF-8' };

/** Opens a terminal of tmux, on a server of its own; it is ended when the test is finished. */
export function openTerminal({ cwd, env, columns = 80, rows = 24 }: TerminalOptions): Terminal {
  const name = `picoclaw-${randomUUID()}`;
  const tmux = (...args: readonly string[]) =>
    execFileSync('tmux', ['-L', name, '-f', '/dev/null', ...args], { encoding: 'utf8', env: CLEAN });
  // A shell that is ended writes its history, into a home that is being removed.
  const variables = Object.entries({ ...env, HISTFILE: '/dev/null', PS1: `${PROMPT} `, LC_ALL: 'C.UTF-8' }).flatMap(
    ([key, value]) => ['-e', `${key}=${value}`],
  );
  const size = ['-x', String(columns), '-y', String(rows)];
  tmux('new-session', '-d', ...size, '-c', cwd, ...variables, 'bash', '--norc', '--noprofile');
  onTestFinished(() => void tmux('kill-server'));
  const screen = ({ withEscapes = false } = {}) =>
    tmux('capture-pane', '-p', ...(withEscapes ? ['-e'] : [])).replace(/[ \n]+$/, '');
  const shows = (wanted: RegExp) =>
    until(
      () => wanted.test(screen()),
      () => `waiting for ${wanted}`,
    ).catch((error: Error) => {
      throw new Error(`${error.message}\n${screen()}`);
    });
  const type = (text: string) => void tmux('send-keys', '-l', text);
  const press = (...keys: readonly string[]) => void tmux('send-keys', ...keys);
  const display = (format: string) => tmux('display-message', '-p', format).trim();
  return {
    screen,
    type,
    press,
    shows,
    resize: (width, height) => void tmux('resize-window', '-x', String(width), '-y', String(height)),
    async run(line) {
      const end = `end-${randomUUID().slice(0, 8)}`;
      type(`clear; ${line}; echo ${end.slice(0, 4)}'${end.slice(4)}'`);
      press('Enter');
      await shows(new RegExp(`^${end}$`, 'm'));
      return screen().split(end)[0] ?? '';
    },
    modes() {
      const [alternate, cursor] = display('#{alternate_on} #{cursor_flag}').split(' ');
      return { isAlternate: alternate === '1', hasCursor: cursor === '1' };
    },
    title: () => display('#{pane_title}'),
    foreground() {
      const stat = readFileSync(`/proc/${display('#{pane_pid}')}/stat`, 'utf8');
      // After the name in brackets: state, parent, group, session, terminal, and the terminal's foreground group.
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[5]);
    },
  };
}
