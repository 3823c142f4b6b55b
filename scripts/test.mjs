// npm test: installs, builds, gets a browser when there is none, and runs every test.
import { spawnSync } from 'node:child_process';
import { build } from './build.mjs';
import { findChromium, installChromium } from './chromium.mjs';
import { install } from './install.mjs';
import { inRoot, root } from './project.mjs';

install();
await build();
const chromium = findChromium() ?? installChromium();
const { status } = spawnSync(
  process.execPath,
  [inRoot('node_modules/vitest/vitest.mjs'), 'run', ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, CHROME_PATH: chromium },
  },
);
process.exit(status ?? 1);
