// npm run test:ways: what is about safety, with a gateway that the launcher reaches by a unix socket, then by TCP.
// `npm test` runs these by handoff, and tests/e2e/ways-to-the-gateway.test.ts by all three.
import { spawnSync } from 'node:child_process';
import { inRoot } from './project.mjs';

const SUITES = [
  'apps/launcher/test/pico',
  'apps/launcher/test/metrics',
  'tests/faults/{chaos,nothing-lost,slow-peers}',
  'tests/e2e/{behind-a-proxy,cli-connect,cli-connect-proxies,cli-token,events-over-redis,first-run}',
  'tests/e2e/{gateway-comes-and-goes,hostile-pid-files,hostile-text-in-logs,https,media,models,private-files}',
  'tests/e2e/{rotation,sessions,token-drift,tokens}',
  'tests/browser/{behind-nginx,chat-page,cross-site-websocket-hijacking,hostile-answers,https}',
  'tests/browser/{media-as-a-page,settings-page}',
];

/** `{one,two}` as two names; the runner takes parts of names, not patterns. */
const files = SUITES.flatMap((suite) => {
  const [, before = suite, names = '', after = ''] = /^(.*)\{(.*)\}(.*)$/.exec(suite) ?? [];
  return names.split(',').map((name) => `${before}${name}${after}`);
});

const failed = ['unix', 'tcp'].filter((way) => {
  console.log(`\nThe way to the gateway: ${way}\n`);
  const env = { ...process.env, PICOCLAW_TEST_WAY: way };
  const args = [inRoot('scripts/test.mjs'), ...files, ...process.argv.slice(2)];
  return spawnSync(process.execPath, args, { stdio: 'inherit', env }).status !== 0;
});
if (failed.length > 0) console.log(`\nFailed by ${failed.join(' and ')}.`);
process.exit(failed.length > 0 ? 1 : 0);
