import { z } from 'zod';

const startMessage = z.object({
  kind: z.literal('start'),
  secrets: z.record(z.string(), z.string()).default({}),
  keepAlive: z.boolean().default(false),
});

/** What the launcher hands over first: secrets travel here because a process's environment can be read by others. */
export type StartMessage = z.infer<typeof startMessage>;

/** What the launcher is told. */
export type LauncherReport =
  | { readonly kind: 'ready'; readonly host: string; readonly port: number }
  | { readonly kind: 'failed'; readonly reason: string };

/** The end of the IPC channel that a child process has; `process` is one. */
export type IpcEnd = Pick<NodeJS.Process, 'on' | 'once' | 'off' | 'connected' | 'disconnect'> & {
  send?: ((message: unknown, done: (error: Error | null) => void) => boolean) | undefined;
};

/** Waits for the launcher's first message; anything else that comes first is a reason not to start. */
export function receiveStart(
  ipc: IpcEnd,
  { timeoutMs = 10_000 }: { timeoutMs?: number } = {},
): Promise<{ ok: true; start: StartMessage } | { ok: false; reason: string }> {
  if (!ipc.connected) return Promise.resolve({ ok: false, reason: '--managed needs the IPC channel of a launcher' });
  return new Promise((resolve) => {
    const finish = (result: { ok: true; start: StartMessage } | { ok: false; reason: string }) => {
      clearTimeout(timer);
      ipc.off('message', onMessage);
      ipc.off('disconnect', onDisconnect);
      resolve(result);
    };
    const onMessage = (message: unknown) => {
      const parsed = startMessage.safeParse(message);
      if (parsed.success) finish({ ok: true, start: parsed.data });
      else finish({ ok: false, reason: 'the first message of the launcher is not a start message' });
    };
    const onDisconnect = () => finish({ ok: false, reason: 'the launcher is gone' });
    const timer = setTimeout(() => finish({ ok: false, reason: 'the launcher sent no start message' }), timeoutMs);
    ipc.on('message', onMessage);
    ipc.once('disconnect', onDisconnect);
  });
}

/** Tells the launcher; one that is gone is no fault. */
export async function report(ipc: IpcEnd, message: LauncherReport): Promise<void> {
  if (!ipc.connected) return;
  await new Promise<void>((resolve) => {
    ipc.send?.(message, () => resolve());
  });
}
