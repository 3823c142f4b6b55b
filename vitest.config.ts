import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string };

/** Where it is measured how fast something is. */
const SPEED = [
  'tests/faults/slow-peers.test.ts',
  'tests/e2e/{gateway-dies-under-clients,launcher-killed-under-chats,lighthouse,rotation,smooth}.test.ts',
];

/** Where many processes are started, killed or loaded at once. */
const LOAD = [
  'packages/hub/test/{redis-chaos,thousand-subscribers}.test.ts',
  'packages/pid/test/claim-race.test.ts',
  'tests/faults/{chaos,nothing-lost,soak}.test.ts',
  'tests/e2e/{bench,killed-at-any-instant,models,start-and-stop}.test.ts',
];

const APART = [...LOAD, ...SPEED];

/** One project per kind of test; those of a lower order run first. */
const project = (name: string, include: string[], timeoutMs: number, [order, maxWorkers]: [number, number]) => ({
  extends: true as const,
  test: {
    ...{ name, include, exclude: APART.filter((path) => !include.includes(path)) },
    ...{ maxWorkers, testTimeout: timeoutMs, hookTimeout: timeoutMs },
    sequence: { groupOrder: order },
  },
});

export default defineConfig({
  define: { __PICOCLAW_VERSION__: JSON.stringify(version) },
  test: {
    pool: 'forks',
    // A process for each of 400 files would take longer than what is in them; a test leaves nothing behind it.
    isolate: false,
    environment: 'node',
    restoreMocks: true,
    // Whatever a test does: no secret is left where none belongs.
    globalSetup: ['tests/leaks/run.ts'],
    setupFiles: ['tests/leaks/watch.ts'],
    // What is waited for comes, also on a machine that is busy with something else.
    expect: { poll: { timeout: 10_000, interval: 20 } },
    projects: [
      project('packages', ['packages/*/test/**/*.test.ts'], 20_000, [0, 3]),
      project('apps', ['{apps/*/test,tests/http}/**/*.test.{ts,tsx}'], 30_000, [1, 3]),
      // Programs, and persons at a terminal or a browser, mostly wait: three at a time, and none waits for the last one of another kind.
      project('end-to-end', ['tests/{deploy,docs,e2e}/**/*.test.ts'], 90_000, [2, 3]),
      project('browser', ['tests/browser/**/*.test.ts'], 90_000, [2, 3]),
      project('load', LOAD, 90_000, [3, 3]),
      project('speed', SPEED, 90_000, [4, 1]),
    ],
  },
});
