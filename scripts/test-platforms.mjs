// npm run test:platforms: runs the tests of the client, and of the package that people install, with every Node that they
// support, fetched by npm (after npm test, which installs what they need).
import { spawnSync } from 'node:child_process';
import { findChromium } from './chromium.mjs';
import { inRoot, root } from './project.mjs';

const MAJORS = ['20', '22', '24'];

const env = { ...process.env, CHROME_PATH: findChromium() };
const vitest = [inRoot('node_modules/vitest/vitest.mjs'), 'run'];
const suites = [
  ['--project', 'packages', 'packages/client'],
  ['--project', 'end-to-end', 'tests/deploy/package.test.ts'],
];

const failed = MAJORS.filter((major) => {
  console.error(`Node ${major}:`);
  const command = ['exec', '--yes', `--package=node@${major}`, '--', 'node', ...vitest];
  return suites.some(
    (suite) => spawnSync('npm', [...command, ...suite], { cwd: root, stdio: 'inherit', env }).status !== 0,
  );
});
if (failed.length > 0) {
  console.error(`Failed with Node ${failed.join(', ')}.`);
  process.exit(1);
}
