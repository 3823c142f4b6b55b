import { readdir, readFile, readlink } from 'node:fs/promises';

/** The process that listens on a port. */
export interface PortHolder {
  readonly pid: number;
  readonly command: string;
}

const LISTENING = '0A';

/** Who listens on a TCP port, from /proc (Linux); `undefined` where that cannot be told. Never throws. */
export async function findPortHolder(port: number): Promise<PortHolder | undefined> {
  const inodes = new Set((await Promise.all(['tcp', 'tcp6'].map((table) => listeningInodes(table, port)))).flat());
  if (inodes.size === 0) return undefined;
  for (const pid of await entries('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    for (const descriptor of await entries(`/proc/${pid}/fd`)) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
      const [, inode] = /^socket:\[(\d+)\]$/.exec(target) ?? [];
      if (inode !== undefined && inodes.has(inode)) return { pid: Number(pid), command: await commandOf(pid) };
    }
  }
  return undefined;
}

const entries = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

/** Columns of /proc/net/tcp: sl, local_address, rem_address, st, … , inode (10th); proc(5). */
async function listeningInodes(table: string, port: number): Promise<string[]> {
  const text = await readFile(`/proc/net/${table}`, 'utf8').catch(() => '');
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[1]?.endsWith(suffix) && columns[3] === LISTENING)
    .map((columns) => columns[9] ?? '');
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
