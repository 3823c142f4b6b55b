// Stands in for `launchctl`: reads the agent that was rendered and really runs it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'plist';
import { forget, start, stateOf, stop } from './state.mjs';

const [order = '', target = '', file = ''] = process.argv.slice(2);
const label = target.split('/')[2] ?? '';
const runtime = process.env['XDG_RUNTIME_DIR'] ?? '';

if (order === 'print' && label === '') process.exit(0);
else if (order === 'print') print();
else if (order === 'enable') process.exit(0);
else if (order === 'bootstrap') await load();
else if (order === 'kickstart') await kickstart();
else if (order === 'bootout') await unload();
else fail(`Unrecognized subcommand: ${order}`, 64);

/** @param {string} message @param {number} code @returns {never} */
function fail(message, code) {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

function print() {
  const found = stateOf(label) ?? fail(`Could not find service "${label}" in domain`, 113);
  const pid = found.state === 'running' ? [`\tpid = ${found.pid}`] : [];
  const state = found.state === 'running' ? 'running' : 'not running';
  process.stdout.write(
    `${target} = {\n\tpath = ${fileOfLabel()}\n\tstate = ${state}\n${pid.join('\n')}\n\tlast exit code = ${found.exitCode ?? '(never exited)'}\n}\n`,
  );
}

function fileOfLabel() {
  return join(process.env['HOME'] ?? '', 'Library/LaunchAgents', `${label}.plist`);
}

async function load() {
  if (!existsSync(file)) fail('Bootstrap failed: 5: Input/output error', 5);
  await run(file);
}

async function kickstart() {
  if (stateOf(label)?.state !== 'running') await run(fileOfLabel());
}

async function unload() {
  await stop(label);
  forget(label);
}

/** @param {string} path */
async function run(path) {
  const agent = /** @type {any} */ (parse(readFileSync(path, 'utf8')));
  const throttle = join(runtime, 'throttle-ms');
  await start(agent.Label, {
    argv: agent.ProgramArguments,
    env: agent.EnvironmentVariables,
    umask: agent.Umask,
    restart: {
      onFailure: agent.KeepAlive?.SuccessfulExit === false,
      except: [],
      // Tests need not wait for half a minute.
      delayMs: existsSync(throttle) ? Number(readFileSync(throttle, 'utf8')) : agent.ThrottleInterval * 1_000,
    },
  });
}
