import { execFile } from 'node:child_process';
import { chownSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ContainerPlan, planContainer } from '../support/containers/compose-file.ts';
import { type Container, createVolume, startContainer } from '../support/containers/container.ts';
import { buildImage } from '../support/containers/image.ts';
import {
  addressOf,
  type ContainerNetwork,
  createContainerNetwork,
  whyNoContainers,
} from '../support/containers/network.ts';
import { pidRecord, root, until } from '../support/processes.ts';

const TOKEN = 'launcher-token-of-a-secret-file';
const VISITOR = fileURLToPath(new URL('../support/containers/visitor.mjs', import.meta.url));
/** Docker kills what has not ended after ten seconds. */
const AT_ONCE_MS = 8_000;

let image: ReturnType<typeof buildImage>;
const refused = whyNoContainers();
beforeAll(() => {
  if (refused === undefined) image = buildImage();
});
afterAll(() => image?.remove());

/** Somebody on the machine. */
async function visit({ onMachine }: ContainerNetwork, ...args: string[]): Promise<Record<string, unknown>> {
  const [program = '', ...within] = onMachine;
  const { stdout } = await promisify(execFile)(program, [...within, process.execPath, VISITOR, ...args], { cwd: root });
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** A file with the launcher token, as the compose file wants to have it named. */
function tokenFile(): { PICOCLAW_LAUNCHER_TOKEN_FILE: string } {
  const file = join(mkdtempSync(join(tmpdir(), 'picoclaw-secret-')), 'given-token');
  writeFileSync(file, `${TOKEN}\n`, { mode: 0o600 });
  return { PICOCLAW_LAUNCHER_TOKEN_FILE: file };
}

async function aWorld() {
  const network = await createContainerNetwork();
  const { volume, hosts, name } = createVolume();
  const world = { network, volume, hosts, image: image.folder };
  const start = (plan: ContainerPlan, number: number) => startContainer(plan, world, addressOf(number));
  const say = (number: number, token: string) =>
    visit(network, 'say', `ws://${addressOf(number)}:18800/pico/ws`, token, '/echo hello');
  return { network, volume, name, start, say };
}

const isHealthy = async (container: Container, { healthCheck }: ContainerPlan) =>
  (await container.execute(healthCheck)).code === 0;
const untilHealthy = (container: Container, plan: ContainerPlan) =>
  until(() => isHealthy(container, plan), container.output);

/** The pid that a process has in its own container. */
const pidInside = (pid: number) => /^NSpid:.*\s(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];

async function endAtOnce(container: Container): Promise<void> {
  const from = performance.now();
  expect(await container.kill('SIGTERM'), container.output()).toBe(0);
  expect(performance.now() - from).toBeLessThan(AT_ONCE_MS);
}

describe.skipIf(refused !== undefined)(refused ?? 'the services of the compose file', () => {
  it('launcher and gateway find each other through the pid file, whichever is killed, moved or restarted', async () => {
    const { volume, name, start, say } = await aWorld();
    const variables = tokenFile();
    const plans = { launcher: planContainer('launcher', variables), gateway: planContainer('gateway', variables) };
    name({ gateway: addressOf(3) });
    const launcher = start(plans.launcher, 2);
    await untilHealthy(launcher, plans.launcher);
    expect(await isHealthy(launcher, plans.gateway)).toBe(false);
    expect(await say(2, TOKEN)).toEqual({ outcome: 'refused with 503' });

    const gateway = start(plans.gateway, 3);
    await untilHealthy(gateway, plans.gateway);
    expect(pidInside(await launcher.pid())).toBe('1');
    expect(pidRecord(volume)).toMatchObject({ pid: 1, host: 'gateway', port: 18_790 });
    await expect.poll(() => say(2, TOKEN)).toEqual({ outcome: 'hello' });
    for (const command of ['status', 'gateway status', 'gateway reload'])
      await expect
        .poll(() => launcher.execute(['picoclaw-launcher', ...command.split(' ')]))
        .toMatchObject({ code: 0 });

    await gateway.kill('SIGKILL');
    name({});
    const left = pidRecord(volume)?.token;
    expect(await say(2, TOKEN)).toEqual({ outcome: 'refused with 503' });
    name({ gateway: addressOf(4) });
    const next = start(plans.gateway, 4);
    await untilHealthy(next, plans.gateway);
    expect(pidRecord(volume)?.token).not.toBe(left);
    await expect.poll(() => say(2, TOKEN)).toEqual({ outcome: 'hello' });

    await endAtOnce(launcher);
    const another = start(plans.launcher, 5);
    await untilHealthy(another, plans.launcher);
    await expect.poll(() => say(5, TOKEN)).toEqual({ outcome: 'hello' });
    await endAtOnce(next);
    expect(pidRecord(volume)).toBeUndefined();
    expect(await say(5, TOKEN)).toEqual({ outcome: 'refused with 503' });
  });

  it('one container has both, writes to its volume and /tmp alone, and survives being killed', async () => {
    const { network, volume, start, say } = await aWorld();
    const plan = planContainer('picoclaw');
    const first = start(plan, 2);
    await until(() => /^ {2}Logs/m.test(first.output()), first.output);
    expect(await isHealthy(first, plan)).toBe(true);
    expect(first.output()).toMatch(/^ {2}Gateway {3}running at 127\.0\.0\.1:18790/m);
    const token = /token=([\w-]+)$/m.exec(first.output())?.[1] ?? '';
    expect(await say(2, token)).toEqual({ outcome: 'hello' });
    const page = await visit(network, 'get', `http://${addressOf(2)}:18800/`, token);
    expect(page).toMatchObject({ status: 200, body: expect.stringContaining('<html') });

    const folders =
      '/ /etc /usr/bin /usr/local/bin /usr/local/lib/node_modules /home/node /run /run/secrets /dev /data /tmp';
    const probe = `for folder in ${folders}; do touch $folder/probe 2>/dev/null && rm $folder/probe && echo $folder; done; id -u`;
    expect((await first.execute(['sh', '-c', probe])).output.trim().split('\n')).toEqual(['/data', '/tmp', '1000']);

    const pidFile = join(volume, '.picoclaw.pid');
    const [left, { uid, gid }] = [readFileSync(pidFile), statSync(pidFile)];
    await first.kill('SIGKILL');
    // A gateway that sees its launcher end before the kernel ends it too takes its file away.
    writeFileSync(pidFile, left, { mode: 0o600 });
    chownSync(pidFile, uid, gid);
    const second = start(plan, 3);
    await until(() => /^ {2}Logs/m.test(second.output()), second.output);
    expect(await say(3, token)).toEqual({ outcome: 'hello' });
    await endAtOnce(second);
    expect(pidRecord(volume)).toBeUndefined();
  });

  // Again when this process was kept from sending one in the fifth of a second that it takes.
  it('the launcher ends as pid 1 by a signal that comes while it is being loaded', { retry: 3 }, async () => {
    const { start } = await aWorld();
    const container = start(planContainer('picoclaw'), 2);
    const pid = await container.pid();
    const sending = setInterval(() => send(pid), 10);
    const code = await container.exited.finally(() => clearInterval(sending));
    expect([code, container.output()]).toEqual([143, '']);
  });
});

function send(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It has ended.
  }
}
