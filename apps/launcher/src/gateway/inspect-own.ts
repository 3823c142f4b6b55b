import { inspectProcess, type ProcessFacts } from '@picoclaw/pid';
import type { SocketLink } from './socket-link.ts';

/**
 * Looks a process up, but one that this launcher has started only once: for as long as its channel is open, its pid is nobody
 * else's. Asked for each upgrade, of which opening and reading a file of /proc is a twentieth.
 */
export function inspectOwnOnce(
  linkTo: (pid: number) => SocketLink | undefined,
  inspect: (pid: number) => ProcessFacts = inspectProcess,
): (pid: number) => ProcessFacts {
  const known = new WeakMap<SocketLink, ProcessFacts>();
  return (pid) => {
    const link = linkTo(pid);
    const facts = (link && known.get(link)) ?? inspect(pid);
    if (link !== undefined && facts.exists) known.set(link, facts);
    return facts;
  };
}
