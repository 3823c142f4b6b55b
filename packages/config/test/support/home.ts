import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Environment, type Paths, readEnvironment, resolvePaths } from '../../src/index.ts';

/** An empty home that goes away with the test. */
export interface TestHome {
  readonly paths: Paths;
  readonly environment: Environment;
  /** The same home with these variables. */
  with(variables: Record<string, string>): Environment;
  write(name: string, content: string | object, mode?: number): string;
  read(name: string): string;
  json(name: string): Record<string, unknown>;
  mode(name: string): number;
}

/** Makes a home with these files: a string is written as it is, anything else as JSON. */
export function aHome(files: Record<string, string | object> = {}): TestHome {
  const directory = mkdtempSync(join(tmpdir(), 'picoclaw-config-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const environment = readEnvironment({ source: { PICOCLAW_HOME: directory } });
  const at = (name: string) => join(directory, name);
  const home: TestHome = {
    paths: resolvePaths({}, environment),
    environment,
    with: (variables) => readEnvironment({ source: { PICOCLAW_HOME: directory, ...variables } }),
    write(name, content, mode = 0o600) {
      writeFileSync(at(name), typeof content === 'string' ? content : JSON.stringify(content, null, 2), { mode });
      return at(name);
    },
    read: (name) => readFileSync(at(name), 'utf8'),
    json: (name) => JSON.parse(home.read(name)),
    mode: (name) => statSync(at(name)).mode & 0o777,
  };
  for (const [name, content] of Object.entries(files)) home.write(name, content);
  return home;
}
