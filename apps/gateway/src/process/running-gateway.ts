import { setTimeout as delay } from 'node:timers/promises';
import { gatewayOrigin, looksLikeGateway, type PidRecord, type ReadOptions, readPidFile } from '@picoclaw/pid';
import { findPortHolder } from '@picoclaw/server';

interface WaitOptions extends ReadOptions {
  readonly pidFile: string;
  readonly host: string;
  readonly port: number;
  readonly timeoutMs?: number;
  readonly pollMs?: number;
}

/** From then on the holder of the port is asked as well; before, many that start at once would only slow it down. */
const ASK_AFTER_MS = 1_000;

/**
 * The gateway of this home that holds our port. Of several that start at once the winner binds first and claims the pid
 * file a moment later, so the others look again for a while; not when another program, or another home's gateway, has it.
 */
export async function findRunningGateway(options: WaitOptions): Promise<PidRecord | undefined> {
  const { pidFile, host, port, timeoutMs = 8_000, pollMs = 50, ...readOptions } = options;
  const startedAt = performance.now();
  for (;;) {
    const elapsedMs = performance.now() - startedAt;
    // Who is ready has claimed its file; read after that, ours would name it.
    const isSettled = elapsedMs >= timeoutMs || (elapsedMs > ASK_AFTER_MS && (await isReady({ host, port })));
    const found = await readPidFile(pidFile, readOptions);
    if (found.state === 'alive') return found.record;
    if (isSettled || !mayBeGateway(port)) return undefined;
    await delay(pollMs);
  }
}

function mayBeGateway(port: number): boolean {
  const holder = findPortHolder(port);
  return holder === undefined || looksLikeGateway(holder.command.split(' '));
}

async function isReady(address: Pick<PidRecord, 'host' | 'port'>): Promise<boolean> {
  try {
    const { ok } = await fetch(`${gatewayOrigin(address)}/ready`, { signal: AbortSignal.timeout(800) });
    return ok;
  } catch {
    return false;
  }
}
