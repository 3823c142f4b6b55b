import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export { freePort } from './free-port.ts';

/** A folder of its own for one test, removed afterwards. */
export function freshHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'picoclaw-home-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));
  return home;
}

/** Writes a file of the home, JSON unless it is text already. */
export function writeHomeFile(home: string, name: string, content: unknown): void {
  const text = typeof content === 'string' ? content : `${JSON.stringify(content, undefined, 2)}\n`;
  writeFileSync(join(home, name), text, { mode: 0o600 });
}

/** A JSON file of the home. */
export function readHomeJson(home: string, name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(home, name), 'utf8')) as Record<string, unknown>;
}

/** The content of every file below a folder, by name; those that go while they are looked for are left out. */
export function allFilesBelow(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const isFile = (name: string) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() === true;
  return new Map(names.filter(isFile).flatMap((name) => textOf(join(folder, name)).map((text) => [name, text])));
}

function textOf(file: string): string[] {
  try {
    return [readFileSync(file, 'utf8')];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
