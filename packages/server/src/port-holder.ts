import { readdirSync, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** The process that listens on a port. */
export interface PortHolder {
  readonly pid: number;
  readonly command: string;
}

/** A socket that is listened on. */
export interface Listener {
  readonly address: string;
  /** Whose it is; known even where the process is not. */
  readonly uid: number;
  readonly inode: string;
}

const LISTENING = '0A';
const WORD_BYTES = 4;

/** The sockets that listen on a TCP port, from /proc (Linux); none where that cannot be told. Never throws. */
export async function findListeners(port: number): Promise<readonly Listener[]> {
  return (await Promise.all(['tcp', 'tcp6'].map((table) => listenersIn(table, port)))).flat();
}

/** Who listens on a TCP port, from /proc (Linux); `undefined` where that cannot be told. Never throws. */
export async function findPortHolder(port: number): Promise<PortHolder | undefined> {
  const targets = new Set((await findListeners(port)).map(({ inode }) => `socket:[${inode}]`));
  if (targets.size === 0) return undefined;
  const pid = entries('/proc').find((name) => /^\d+$/.test(name) && hasOpen(`/proc/${name}/fd`, targets));
  return pid === undefined ? undefined : { pid: Number(pid), command: await commandOf(pid) };
}

/** Synchronous: /proc answers from memory, and thousands of turns through the thread pool cost more than all the rest. */
function hasOpen(folder: string, targets: ReadonlySet<string>): boolean {
  return entries(folder).some((descriptor) => targets.has(targetOf(`${folder}/${descriptor}`)));
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Empty for what was closed in the meantime. */
function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}

/** Columns of /proc/net/tcp: sl, local_address, rem_address, st, … , uid (8th), timeout, inode (10th); proc(5). */
async function listenersIn(table: string, port: number): Promise<Listener[]> {
  const text = await readFile(`/proc/net/${table}`, 'utf8').catch(() => '');
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[1]?.endsWith(suffix) && columns[3] === LISTENING)
    .map((columns) => ({
      address: addressOf(columns[1]?.slice(0, -suffix.length) ?? ''),
      uid: Number(columns[7]),
      inode: columns[9] ?? '',
    }));
}

/** The kernel prints addresses as 32-bit words of the machine, little-endian wherever Node runs. */
function addressOf(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  for (let at = 0; at < bytes.length; at += WORD_BYTES) bytes.subarray(at, at + WORD_BYTES).reverse();
  if (bytes.length === WORD_BYTES) return bytes.join('.');
  const groups = Array.from({ length: bytes.length / 2 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/** The program and its first argument; the rest may hold what is nobody's business. */
async function commandOf(pid: string): Promise<string> {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const words = line.split('\0').filter((word) => word !== '');
  return (
    words
      .slice(0, 2)
      .join(' ')
      .replace(/\p{Cc}/gu, '?')
      .slice(0, 120) || 'unknown command'
  );
}
