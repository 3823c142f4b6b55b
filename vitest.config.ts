import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string };

/** Where speed is measured, or many processes are started at once. */
const ALONE = [
  'tests/faults/**/*.test.ts',
  'tests/e2e/{bench,gateway-dies-under-clients,killed-at-any-instant,launcher-killed-under-chats,lighthouse,models,smooth,start-and-stop}.test.ts',
];

/** One project per kind of test; those of one `order` run together, after those of a lower one. */
const project = (name: string, include: string[], timeoutMs: number, [order, maxWorkers]: [number, number]) => ({
  extends: true as const,
  test: {
    ...{ name, include, maxWorkers, testTimeout: timeoutMs, hookTimeout: timeoutMs },
    sequence: { groupOrder: order },
  },
});

const endToEnd = project('end-to-end', ['tests/{deploy,docs,e2e}/**/*.test.ts'], 90_000, [1, 3]);
Object.assign(endToEnd.test, { exclude: ALONE });

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
      project('packages', ['packages/*/test/**/*.test.ts'], 20_000, [0, 2]),
      project('apps', ['{apps/*/test,tests/http}/**/*.test.{ts,tsx}'], 30_000, [0, 2]),
      // Programs, and persons at a terminal or a browser, mostly wait: three at a time.
      endToEnd,
      project('browser', ['tests/browser/**/*.test.ts'], 90_000, [2, 3]),
      project('alone', ALONE, 90_000, [3, 1]),
    ],
  },
});
