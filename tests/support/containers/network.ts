import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

/** A network as docker makes one for a project: a bridge, with the machine at its first address. */
export interface ContainerNetwork {
  /** Of the process that holds it. */
  readonly pid: number;
  /** What a command is started within to be on the machine that the containers run on. */
  readonly onMachine: readonly string[];
}

const MACHINE = '10.77.1.1';
const MAKE = `ip link add br0 type bridge && ip addr add ${MACHINE}/24 dev br0 && ip link set br0 up && ip link set lo up`;

/** Makes one, in namespaces in which whoever runs the tests is root; it is gone when the test is finished. */
export async function createContainerNetwork(): Promise<ContainerNetwork> {
  const within = ['--user', '--map-root-user', '--net', '--mount', 'sh', '-c', `${MAKE} && echo made && exec cat`];
  const holder = spawn('unshare', within, { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void holder.kill('SIGKILL'));
  await Promise.race([
    once(holder.stdout, 'data'),
    once(holder, 'exit').then(() => Promise.reject(new Error('no network of our own could be made: see above'))),
  ]);
  const { pid = 0 } = holder;
  return { pid, onMachine: ['nsenter', '-t', String(pid), '-U', '--preserve-credentials', '-n'] };
}

/** The address of the container of this number. */
export const addressOf = (number: number): string => `10.77.1.${number}`;

const NEEDED = [
  'ip link add name br0 type bridge',
  'ip link add name one type veth peer name other',
  'mount -t tmpfs tmpfs /tmp',
  'mount -t proc proc /proc',
  'mount --bind /usr /usr',
  'mount -o remount,bind,ro /usr',
  'exec unshare --user --map-user=1000 --map-group=1000 true',
].join(' && ');

/** Why this machine lets us have no containers, if it does not. */
export function whyNoContainers(): string | undefined {
  const within = ['--user', '--map-root-user', '--net', '--mount', '--pid', '--fork', 'sh', '-c', NEEDED];
  const { status, stderr, error } = spawnSync('unshare', within, { encoding: 'utf8' });
  if (status === 0) return undefined;
  return `this machine allows no namespaces of our own (${error?.message ?? stderr.trim()})`;
}
