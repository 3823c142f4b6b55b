import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the test files of this run keep everything, and write down what leaked; its name is in the environment. */
const VARIABLE = 'LEAK_WATCH_FOLDER';

/** The folder of the run. */
export const runFolder = (): string => process.env[VARIABLE] ?? tmpdir();

/** The file in which leaks are noted. */
export const leakFile = (): string => join(runFolder(), 'leaks');

/** A folder that others may pass, as in any place for temporary files: some tests are other people. */
export function makeFolder(parent: string, prefix: string): string {
  const folder = mkdtempSync(join(parent, prefix));
  chmodSync(folder, 0o711);
  return folder;
}

/** Makes the folder in which all homes of all tests are. Called for each project; the first one counts. */
export function setup(): (() => void) | undefined {
  if (process.env[VARIABLE] !== undefined) return undefined;
  process.env[VARIABLE] = makeFolder(tmpdir(), 'picoclaw-');
  return end;
}

/** Fails the run when any test has left a secret where none belongs. */
function end(): void {
  const leaks = existsSync(leakFile()) ? readFileSync(leakFile(), 'utf8').trimEnd().split('\n') : [];
  rmSync(runFolder(), { recursive: true, force: true, maxRetries: 5 });
  delete process.env[VARIABLE];
  if (leaks.length === 0) return;
  process.stderr.write(`\nSecrets were found where none belongs:\n${[...new Set(leaks)].sort().join('\n')}\n`);
  // What is thrown here is shown and forgotten.
  process.exitCode = 1;
}
