import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

/** Puts a terminal back in order when this process is killed in a way that it cannot notice. */
export interface TerminalGuard {
  /** The terminal is as this process wants it: from now on it is to be put back. */
  arm(): void;
  /** This process has put it back itself. */
  release(): void;
}

/** Shows what no program may leave behind: the last frame ends, lines wrap, no paste marks, a cursor, the normal screen. */
export const RESTORING = '\u001b[?2026l\u001b[?7h\u001b[0m\u001b[?2004l\u001b[?25h\u001b[?1049l';

/**
 * A shell in a session of its own, which waits for the end of a pipe: so it may change a terminal that by then belongs to
 * others, and no signal to our group reaches it. The screen comes first: whoever waits for our end is about to write to
 * it. The modes only where nobody else has set them meanwhile (a shell that edits lines has). Then the size is changed
 * for a moment: a shell that has written its prompt to the screen that is gone writes it again.
 */
const SCRIPT = `
trap '' HUP INT TERM
was=$(stty -g <&3) || exit
echo ready
read -r armed && raw=$(stty -g <&3)
read -r released && exit
printf '${RESTORING.replaceAll('\u001b', '\\033')}' >&3
[ "$(stty -g <&3)" = "$raw" ] && stty "$was" <&3
set -- $(stty size <&3)
[ "$#" = 2 ] && [ "$2" -gt 1 ] && stty columns $(($2 - 1)) <&3 && stty columns "$2" <&3
`;

const READY_WITHIN_MS = 1_000;

/** Starts the guard and waits until it knows how the terminal was; where there is no shell for it, nothing guards. */
export async function guardTerminal(descriptor: number): Promise<TerminalGuard> {
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'sh'], {
    detached: true,
    cwd: '/',
    // Nothing of ours: it outlives us by a moment, and every secret would with it.
    env: { PATH: '/usr/bin:/bin' },
    stdio: ['pipe', 'pipe', 'ignore', descriptor],
  }) as ChildProcessByStdio<Writable, Readable, null>;
  const { stdin, stdout } = shell;
  for (const emitter of [shell, stdin, stdout]) emitter.on('error', () => {});
  await Promise.race([
    once(stdout, 'data', { signal: AbortSignal.timeout(READY_WITHIN_MS) }).catch(() => undefined),
    once(shell, 'error'),
  ]);
  stdout.destroy();
  shell.unref();
  return {
    arm: () => void stdin.write('armed\n'),
    release: () => void stdin.end('released\n'),
  };
}
