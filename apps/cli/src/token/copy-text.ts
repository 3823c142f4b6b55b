import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { desktopEnvironment, type Environment } from '@picoclaw/config';

/** What takes a text for the clipboard on its standard input: no argument list ever shows it. */
const programs: readonly (readonly [string, ...string[]])[] = [
  ['pbcopy'],
  ['clip.exe'],
  ['wl-copy'],
  ['xclip', '-selection', 'clipboard'],
  ['xsel', '--input', '--clipboard'],
];

/**
 * Puts a text on the clipboard; answers with the program that took it, or undefined when there is none. Not `clipboardy`:
 * where a system has none of these it runs binaries of its own, which a bundled program does not have beside it.
 */
export async function copyText(text: string, environment: Environment): Promise<string | undefined> {
  const env = desktopEnvironment(environment);
  for (const [program, ...args] of programs) if (await give(text, { program, args, env })) return program;
  return undefined;
}

interface ClipboardCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

async function give(text: string, { program, args, env }: ClipboardCommand): Promise<boolean> {
  const child = spawn(program, args, { env, stdio: ['pipe', 'ignore', 'ignore'] });
  child.stdin.on('error', () => undefined);
  child.stdin.end(text);
  try {
    // xclip and wl-copy stay in the background to serve it; their first process ends.
    const [code] = await once(child, 'exit');
    return code === 0;
  } catch {
    return false;
  }
}
