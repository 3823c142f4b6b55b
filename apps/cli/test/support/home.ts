import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Environment, type Paths, readEnvironment, resolvePaths } from '@picoclaw/config';
import { onTestFinished } from 'vitest';

/** A folder that goes away with the test. */
export function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A home with these files (text as it is, anything else as JSON) and who looks at it. */
export function aHome(
  files: Readonly<Record<string, unknown>> = {},
  variables: Readonly<Record<string, string>> = {},
): { readonly paths: Paths; readonly environment: Environment } {
  const home = aFolder();
  for (const [name, content] of Object.entries(files)) {
    const text = typeof content === 'string' ? content : JSON.stringify(content, undefined, 2);
    writeFileSync(join(home, name), text, { mode: 0o600 });
  }
  const environment = readEnvironment({ source: { HOME: home, PICOCLAW_HOME: home, ...variables } });
  return { paths: resolvePaths({}, environment), environment };
}
