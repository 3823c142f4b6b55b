import { setTimeout as delay } from 'node:timers/promises';
import { looksLikeGateway, type PidRecord, type ReadOptions, readPidFile } from '@picoclaw/pid';
import { findPortHolder } from '@picoclaw/server';

interface WaitOptions extends ReadOptions {
  readonly pidFile: string;
  readonly port: number;
  readonly timeoutMs?: number;
  readonly pollMs?: number;
}

/**
 * The gateway of this home that holds our port. Of several that start at once the winner binds first and claims the pid
 * file a moment later, so the others look again for a while; not when another program holds the port.
 */
export async function findRunningGateway(options: WaitOptions): Promise<PidRecord | undefined> {
  const { pidFile, port, timeoutMs = 8_000, pollMs = 50, ...readOptions } = options;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await readPidFile(pidFile, readOptions);
    if (found.state === 'alive') return found.record;
    if (Date.now() >= deadline || !(await mayBeGateway(port))) return undefined;
    await delay(pollMs);
  }
}

async function mayBeGateway(port: number): Promise<boolean> {
  const holder = await findPortHolder(port);
  return holder === undefined || looksLikeGateway(holder.command.split(' '));
}
