// npm test: installs, builds, gets the programs that the tests run when there is none, and runs every test.
import { spawnSync } from 'node:child_process';
import { installByApt } from './apt.mjs';
import { build } from './build.mjs';
import { findCaddy } from './caddy.mjs';
import { downloadChromium, findChromium } from './chromium.mjs';
import { findCurl, missingCurl } from './curl.mjs';
import { findHaproxy } from './haproxy.mjs';
import { install } from './install.mjs';
import { downloadLighthouse, findLighthouse } from './lighthouse.mjs';
import { findNginx, missingNginx } from './nginx.mjs';
import { inRoot, root } from './project.mjs';
import { findPython, missingPython } from './python.mjs';
import { findRedis, missingRedis } from './redis.mjs';
import { findSystemdAnalyze, missingSystemdAnalyze } from './systemd.mjs';
import { findTmux, missingTmux } from './tmux.mjs';

install();
await build();
installByApt([
  ...(findChromium() ? [] : ['chromium']),
  ...(findRedis() ? [] : ['redis-server']),
  ...(findPython() ? [] : ['python3-websockets']),
  ...(findCurl() ? [] : ['curl']),
  ...(findSystemdAnalyze() ? [] : ['systemd']),
  ...(findTmux() ? [] : ['tmux']),
  ...(findNginx() ? [] : ['nginx-light']),
  ...(findHaproxy() ? [] : ['haproxy']),
  ...(findCaddy() ? [] : ['caddy']),
]);
if (!findCurl()) missingCurl();
if (!findTmux()) missingTmux();
const { status } = spawnSync(
  process.execPath,
  [inRoot('node_modules/vitest/vitest.mjs'), 'run', ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      CHROME_PATH: findChromium() ?? downloadChromium(),
      REDIS_SERVER_PATH: findRedis() ?? missingRedis(),
      PYTHON_PATH: findPython() ?? missingPython(),
      SYSTEMD_ANALYZE_PATH: findSystemdAnalyze() ?? missingSystemdAnalyze(),
      LIGHTHOUSE_PATH: findLighthouse() ?? downloadLighthouse(),
      NGINX_PATH: findNginx() ?? missingNginx(),
      // Not every release has these two: their tests are left out where they are not to be had, and the run says so.
      HAPROXY_PATH: findHaproxy() ?? '',
      CADDY_PATH: findCaddy() ?? '',
    },
  },
);
process.exit(status ?? 1);
