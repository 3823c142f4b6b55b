import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { onTestFinished } from 'vitest';

/** Bundles a program that uses the history in a process of its own, which can be killed and be given limits. */
export async function bundleWriter(): Promise<{ program: string; remove: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-writer-'));
  const bundle = await rolldown({
    input: fileURLToPath(new URL('./writer.ts', import.meta.url)),
    platform: 'node',
    logLevel: 'silent',
  });
  const program = join(folder, 'writer.mjs');
  await bundle.write({ file: program, format: 'esm' });
  await bundle.close();
  return { program, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

interface WriterOptions {
  readonly program: string;
  readonly folder: string;
  readonly task: string;
  /** What the shell says before it becomes the program, like `ulimit -n 64`. */
  readonly limit?: string;
}

/** Starts the program; each line it prints is handed over. */
export function startWriter(options: WriterOptions, onLine: (line: string, child: ChildProcess) => void) {
  const { program, folder, task, limit = ':' } = options;
  const child = spawn('sh', ['-c', `${limit}; exec "$0" "$@"`, process.execPath, program, folder, task], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => onLine(line, child));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return { child, ended };
}
