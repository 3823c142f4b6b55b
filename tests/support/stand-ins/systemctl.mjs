// Stands in for `systemctl --user`: reads the unit that was rendered, with a reader of its own, and really runs it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { forget, start, stateOf, stop } from './state.mjs';

const [order = '', ...rest] = process.argv.slice(2).filter((word) => word !== '--user' && word !== '--no-pager');
const [name = ''] = rest;
const folder = join(process.env['XDG_CONFIG_HOME'] || join(process.env['HOME'] ?? '', '.config'), 'systemd', 'user');

if (order === 'daemon-reload') process.exit(0);
if (order === 'show' && name === '--property=Version,UnitPath')
  print(`Version=252\nUnitPath=${folder} /usr/lib/systemd/user`);
else if (order === 'show') print(show());
else if (order === 'reset-failed') forgetFailed();
else if (order === 'start' || order === 'stop' || order === 'restart') await carryOut();
else fail(`Unknown command verb ${order}.`);

/** @param {string} text */
function print(text) {
  process.stdout.write(`${text}\n`);
}

/** @param {string} message @returns {never} */
function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(5);
}

async function carryOut() {
  const file = join(folder, name);
  if (!existsSync(file)) fail(`Failed to ${order} ${name}: Unit ${name} not found.`);
  if (order !== 'start') await stop(name);
  if (order !== 'stop' && stateOf(name)?.state !== 'running') await start(name, specOf(readFileSync(file, 'utf8')));
}

function forgetFailed() {
  if (stateOf(name)?.state === 'failed') forget(name);
}

function show() {
  const found = stateOf(name);
  const active = { running: 'active', restarting: 'activating', failed: 'failed' }[found?.state ?? ''] ?? 'inactive';
  const time = found?.since && `Sat ${found.since.slice(0, 10)} ${found.since.slice(11, 19)} UTC`;
  return [
    `LoadState=${existsSync(join(folder, name)) ? 'loaded' : 'not-found'}`,
    `ActiveState=${active}`,
    `SubState=${found?.state === 'restarting' ? 'auto-restart' : active}`,
    `MainPID=${found?.state === 'running' ? found.pid : 0}`,
    `ExecMainStatus=${found?.exitCode ?? 0}`,
    `ActiveEnterTimestamp=${active === 'active' ? time : ''}`,
    `InactiveEnterTimestamp=${active === 'failed' ? time : ''}`,
  ].join('\n');
}

/** @param {string} text */
function specOf(text) {
  /** @type {Record<string, string[]>} */
  const service = {};
  let section = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('[')) section = line;
    const [key = '', ...value] = line.split('=');
    if (section === '[Service]' && !line.startsWith('#') && value.length > 0)
      service[key] = [...(service[key] ?? []), value.join('=')];
  }
  const [first = '', ...args] = words(service['ExecStart']?.[0] ?? '');
  const argv = first.startsWith(':')
    ? [first.slice(1), ...args]
    : [first, ...args.map((word) => word.replaceAll('$$', '$'))];
  const variables = (service['Environment'] ?? []).flatMap(words);
  return {
    argv,
    env: Object.fromEntries(
      variables.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
    ),
    umask: Number.parseInt(service['UMask']?.[0] ?? '022', 8),
    restart: {
      onFailure: service['Restart']?.[0] === 'on-failure',
      except: (service['RestartPreventExitStatus']?.[0] ?? '').split(' ').map(Number),
      delayMs: Number(service['RestartSec']?.[0] ?? 0) * 1_000,
    },
  };
}

/** Words in double quotes, as we write them, and no others. @param {string} text */
function words(text) {
  const found = [...text.matchAll(/"((?:[^"\\]|\\.)*)"(?: |$)/g)];
  if (found.map(([all]) => all).join('') !== text) fail(`Unbalanced quoting: ${text}`);
  return found.map(([, word = '']) => word.replace(/\\(["\\])/g, '$1').replaceAll('%%', '%'));
}
