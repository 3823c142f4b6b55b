import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

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

const WORD_BYTES = 4;

/** The sockets that listen on a TCP port, from /proc (Linux); none where that cannot be told. Never throws. */
export function findListeners(port: number): readonly Listener[] {
  return ['tcp', 'tcp6'].flatMap((table) => listenersIn(table, port));
}

/** Who listens on a TCP port, from /proc (Linux); `undefined` where that cannot be told. Never throws. */
export const findPortHolder = (port: number): PortHolder | undefined => holderOf(findListeners(port));

/** Whose sockets these are, of which one process has some; `undefined` where that cannot be told. Never throws. */
export function holderOf(listeners: readonly Listener[]): PortHolder | undefined {
  const targets = new Set(listeners.map(({ inode }) => `socket:[${inode}]`));
  if (targets.size === 0) return undefined;
  const pid = entries('/proc').find((name) => /^\d+$/.test(name) && hasOpen(`/proc/${name}/fd`, targets));
  return pid === undefined ? undefined : { pid: Number(pid), command: commandOf(pid) };
}

/** All of this is synchronous: /proc answers from memory, and turns through the thread pool cost more than all the rest. */
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

/**
 * Columns of /proc/net/tcp: sl, local_address, rem_address, st, two pairs, retrnsmt, uid, timeout, inode; proc(5). There is a
 * line for each connection of the machine, so they are not taken apart but searched.
 */
function listenersIn(table: string, port: number): Listener[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const listening = new RegExp(`^ *\\d+: ([0-9A-F]+):${hex} \\S+ 0A(?: +\\S+){3} +(\\d+) +\\d+ +(\\d+)`, 'gm');
  return Array.from(contentOf(`/proc/net/${table}`).matchAll(listening), ([, local = '', uid, inode = '']) => ({
    address: addressOf(local),
    uid: Number(uid),
    inode,
  }));
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
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
function commandOf(pid: string): string {
  const words = contentOf(`/proc/${pid}/cmdline`)
    .split('\0')
    .filter((word) => word !== '');
  return (
    words
      .slice(0, 2)
      .join(' ')
      .replace(/\p{Cc}/gu, '?')
      .slice(0, 120) || 'unknown command'
  );
}
