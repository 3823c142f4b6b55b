import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Tests that leak, which only the test of the leak watch runs. */
export default defineConfig({
  root: fileURLToPath(new URL('../../..', import.meta.url)),
  test: {
    include: ['tests/leaks/leaky/leaky.ts'],
    globalSetup: ['tests/leaks/run.ts'],
    setupFiles: ['tests/leaks/watch.ts'],
  },
});
