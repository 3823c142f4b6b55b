import type { Supervisor } from './supervise.ts';

/** Has the gateway that runs take over changed files, whoever is starting it or reloading it at this moment. */
export async function applyToGateway(supervisor: Pick<Supervisor, 'settled' | 'reload'>) {
  // One order at a time: a gateway that is being started may have read the files before they were changed.
  await supervisor.settled();
  const reload = await supervisor.reload();
  const reloaded = reload.ok && reload.answered && reload.status === 200;
  const needed = reloaded ? (reload.body as { restart_needed?: unknown } | null)?.restart_needed : undefined;
  return { reloaded, restartNeeded: Array.isArray(needed) && needed.length > 0 };
}
