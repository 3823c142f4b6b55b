import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string };

const COMMANDS = 'tests/e2e/{cli-*,service-managers,token-drift}.test.ts';

/** One project per workspace, and the end-to-end suites on the bundled processes in tests/. */
const project = (name: string, include: string, timeoutMs: number) => ({
  extends: true as const,
  test: { name, include: [include], testTimeout: timeoutMs, hookTimeout: timeoutMs },
});

// Real processes want the machine for themselves: after all others, one file at a time.
const endToEnd = project('end-to-end', 'tests/{docs,e2e,faults}/**/*.test.ts', 90_000);
Object.assign(endToEnd.test, { maxWorkers: 1, sequence: { groupOrder: 1 }, exclude: [COMMANDS] });
// A person at a browser, or at a terminal, mostly waits.
const browser = project('browser', 'tests/browser/**/*.test.ts', 90_000);
const commands = project('commands', COMMANDS, 90_000);
for (const [at, { test }] of [browser, commands].entries())
  Object.assign(test, { maxWorkers: 3, sequence: { groupOrder: 2 + at } });

export default defineConfig({
  define: { __PICOCLAW_VERSION__: JSON.stringify(version) },
  test: {
    pool: 'forks',
    environment: 'node',
    restoreMocks: true,
    // Whatever a test does: no secret is left where none belongs.
    globalSetup: ['tests/leaks/run.ts'],
    setupFiles: ['tests/leaks/watch.ts'],
    // What is waited for comes, also on a machine that is busy with something else.
    expect: { poll: { timeout: 10_000, interval: 20 } },
    projects: [
      project('packages', 'packages/*/test/**/*.test.ts', 20_000),
      project('apps', '{apps/*/test,tests/http}/**/*.test.{ts,tsx}', 30_000),
      endToEnd,
      browser,
      commands,
    ],
  },
});
