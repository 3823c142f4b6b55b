import { readFile } from 'node:fs/promises';
import { findListeners, holderOf } from '@picoclaw/server';

/** Who listens on a port; pid and command are missing where the process belongs to somebody else. */
export interface PortUser {
  readonly pid?: number;
  readonly command?: string;
  readonly user: string;
  /** The addresses that are listened on. */
  readonly addresses: readonly string[];
}

/** Looks up who listens on a TCP port; `undefined` = nobody, or it cannot be told here. */
export async function findPortUser(port: number): Promise<PortUser | undefined> {
  const listeners = findListeners(port);
  const [first] = listeners;
  if (first === undefined) return undefined;
  const names = await userNames();
  return {
    ...holderOf(listeners),
    user: names.get(first.uid) ?? `uid ${first.uid}`,
    addresses: listeners.map(({ address }) => address),
  };
}

/** `pid 4711 (alice: nginx -g)`, as far as it is known. */
export function describePortUser({ pid, command, user }: PortUser): string {
  return `${pid === undefined ? 'a process that we may not look at' : `pid ${pid}`} (${[user, command].filter(Boolean).join(': ')})`;
}

async function userNames(): Promise<Map<number, string>> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const rows = text.split('\n').map((line) => line.split(':'));
  return new Map(rows.map(([name = '', , uid]) => [Number(uid), name]));
}
