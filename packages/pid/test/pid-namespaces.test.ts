import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { type PidRecord, readPidFile, signalGateway } from '../src/index.ts';
import {
  bundleGatewayProcess,
  type ClaimReport,
  canMakeNamespaces,
  forkGateway,
  forkGatewayInNamespace,
  killNow,
  messageOf,
} from './support/processes.ts';
import { temporaryHome } from './support/records.ts';

async function started(child: ChildProcess): Promise<ChildProcess> {
  await messageOf(child);
  return child;
}

async function claim(child: ChildProcess, path: string, port = 0): Promise<ClaimReport> {
  const answer = messageOf<ClaimReport>(child);
  child.send({ claim: path, port });
  return answer;
}

describe.skipIf(!canMakeNamespaces())('a gateway in a pid namespace of its own, as in a container', () => {
  test('is found by its health from outside and from a third namespace, and never signalled', async () => {
    const bundle = await bundleGatewayProcess(temporaryHome());
    const path = join(temporaryHome(), '.picoclaw.pid');
    const inside = await started(forkGatewayInNamespace(bundle));
    expect(await claim(inside, path)).toMatchObject({ ok: true, pid: 1 });

    const state = await readPidFile(path);
    expect(state).toMatchObject({ state: 'alive', provedBy: 'health', signallable: false, record: { pid: 1 } });
    const kill = vi.fn();
    expect(await signalGateway(path, 'SIGTERM', { kill })).toMatchObject({ ok: false, reason: 'refused' });
    const { record } = state as { record: PidRecord };
    const plausible = { ...record, pid: 4_242 };
    expect(await signalGateway(path, 'SIGTERM', { kill, expected: plausible })).toMatchObject({ reason: 'replaced' });
    expect(kill).not.toHaveBeenCalled();

    const others = [await started(forkGateway(bundle)), await started(forkGatewayInNamespace(bundle))];
    for (const other of others) {
      expect(await claim(other, path)).toMatchObject({ ok: false, reason: 'already_running', winner: 1 });
    }
  });

  test('keeps its file when it falls silent; its successor at the same address takes it over', async () => {
    const bundle = await bundleGatewayProcess(temporaryHome());
    const path = join(temporaryHome(), '.picoclaw.pid');
    const first = await started(forkGatewayInNamespace(bundle));
    const { port } = await claim(first, path);
    await killNow(first);
    expect(await readPidFile(path)).toMatchObject({ state: 'unverifiable' });
    const elsewhere = await started(forkGatewayInNamespace(bundle));
    expect(await claim(elsewhere, path)).toMatchObject({ ok: false, reason: 'unverifiable' });
    const successor = await started(forkGatewayInNamespace(bundle));
    expect(await claim(successor, path, port)).toMatchObject({ ok: true });
    expect(await readPidFile(path)).toMatchObject({ state: 'alive', provedBy: 'health' });
  });
});
