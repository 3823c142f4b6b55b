import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { until } from '../processes.ts';
import type { ContainerPlan } from './compose-file.ts';
import type { ContainerNetwork } from './network.ts';

const SCRIPT = fileURLToPath(new URL('container.sh', import.meta.url));

/** What a container is given by the machine. */
export interface ContainerWorld {
  readonly network: ContainerNetwork;
  /** What the image has below /usr/local. */
  readonly image: string;
  readonly volume: string;
  /** The file by which containers know each other's names. */
  readonly hosts: string;
}

/** A program in namespaces of its own, as pid 1. */
export interface Container {
  readonly output: () => string;
  /** Settles with the exit code, or the name of the signal. */
  readonly exited: Promise<number | string>;
  /** Of its pid 1, as the machine sees it. */
  pid(): Promise<number>;
  kill(signal: NodeJS.Signals): Promise<number | string>;
  /** Runs a command in it, as `docker exec` does; answers with its exit code and what it printed. */
  execute(command: readonly string[]): Promise<{ readonly code: number; readonly output: string }>;
}

/** Starts a container of a plan at an address; it is killed when the test is finished. */
export function startContainer(plan: ContainerPlan, world: ContainerWorld, address: string): Container {
  const environment = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/home/node', ...plan.environment };
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const { network } = world;
  const child = spawn(
    network.onMachine[0] ?? '',
    [
      ...[...network.onMachine.slice(1), '-m'],
      ...['unshare', '--net', '--mount', '--pid', '--uts', '--ipc', '--fork', '--kill-child'],
      ...['sh', SCRIPT, 'env', '-i', ...variables, ...plan.command],
    ],
    { env: { PATH: process.env['PATH'], ...settings(plan, world, address) }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => (output += part));
  const exited = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  const pid = async () => {
    let found = 0;
    await until(() => {
      found = firstChildOf(child.pid ?? 0);
      return found > 0 || child.exitCode !== null;
    });
    if (found === 0) throw new Error(`the container ${plan.name} has ended: ${output}`);
    return found;
  };
  return {
    ...{ output: () => output, exited, pid },
    async kill(signal) {
      process.kill(await pid(), signal);
      return exited;
    },
    execute: async (command) => executeIn([...network.onMachine, ...INTO, String(await pid())], variables, command),
  };
}

/** What `unshare` has started; nothing before that and after it. */
function firstChildOf(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
  } catch {
    return 0;
  }
}

function settings(plan: ContainerPlan, { network, image, volume, hosts }: ContainerWorld, address: string) {
  const root = mkdtempSync(join(tmpdir(), 'picoclaw-root-'));
  return {
    ...{ ROOT: root, IMAGE: image, NODE: process.execPath, VOLUME: volume, VOLUME_FOLDER: plan.volumeFolder },
    ...{ HOSTS: hosts, ADDRESS: address, MACHINE_PID: String(network.pid), NAME: plan.name },
    ROOT_MODE: plan.isReadOnly ? 'ro' : 'rw',
    TEMPORARY: plan.temporaryFolders.join(' '),
    SECRETS: Object.entries(plan.secrets)
      .map(([path, file]) => `${path}=${file}`)
      .join(' '),
  };
}

/** From the machine, whose user namespace has the rights to it. */
const INTO = ['nsenter', '-U', '--preserve-credentials', '-m', '-n', '-p', '-r', '-w', '-t'];

function executeIn(
  [program = '', ...into]: readonly string[],
  variables: readonly string[],
  command: readonly string[],
) {
  return new Promise<{ code: number; output: string }>((resolve) => {
    execFile(program, [...into, 'env', '-i', ...variables, ...command], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), output: `${stdout}${stderr}` });
    });
  });
}

/** A volume and the names of the containers, for one test. */
export function createVolume(): { readonly volume: string; readonly hosts: string; name(entries: object): void } {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-volume-'));
  const [volume, hosts] = [join(folder, 'data'), join(folder, 'hosts')];
  mkdirSync(volume, { mode: 0o700 });
  const name = (entries: object) => {
    const lines = Object.entries(entries).map(([host, address]) => `${address} ${host}`);
    // In place: the file is bound into containers that run.
    writeFileSync(hosts, ['127.0.0.1 localhost', '::1 localhost', ...lines, ''].join('\n'));
  };
  name({});
  return { volume, hosts, name };
}
