import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { root } from './processes.ts';

const PROGRAMS: Readonly<Record<string, string>> = {
  mjs: process.execPath,
  py: process.env['PYTHON_PATH'] ?? '/usr/bin/python3',
  sh: '/bin/sh',
};

/** Runs a program of the connect page as a person would who has put it into a file; answers with all that it printed. */
export async function runSnippet(fileName: string, code: string, token: string): Promise<string> {
  // Inside the project, where `ws` and `wscat` are found.
  const folder = mkdtempSync(join(root, 'node_modules', '.snippet-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, fileName);
  writeFileSync(path, code);
  const program = PROGRAMS[fileName.split('.').at(-1) ?? ''] ?? '';
  const env = { ...process.env, PICOCLAW_TOKEN: token };
  // Standard input stays open, as in a terminal.
  const child = spawn(program, [path], { cwd: root, env, stdio: ['pipe', 'pipe', 'pipe'], timeout: 30_000 });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => (output += part));
  await once(child, 'close');
  return output;
}
