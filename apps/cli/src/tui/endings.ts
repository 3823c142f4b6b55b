/** Everything that can end the screen. */
export interface Endings {
  /** Settles when the person quits; rejects with what went wrong. */
  readonly came: Promise<void>;
  quit(): void;
  fail(error: unknown): void;
  close(): void;
}

const SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGINT'] as const;

/** Whatever ends the process, the terminal is put back before: `restore` is safe to call again. */
export function endings(restore: () => void): Endings {
  const { promise, resolve, reject } = withResolvers();
  const onSignal = (signal: NodeJS.Signals) => {
    restore();
    close();
    // Whoever waits for this process learns what ended it.
    process.kill(process.pid, signal);
  };
  // The terminal is gone: there is nothing to say and nobody to say it to.
  const onGone = () => process.exit(1);
  const close = () => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    process.off('exit', restore);
    process.off('uncaughtException', reject);
    process.off('unhandledRejection', reject);
    process.stdin.off('end', onGone);
    for (const stream of [process.stdin, process.stdout]) stream.off('error', onGone);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  process.on('exit', restore);
  process.on('uncaughtException', reject);
  process.on('unhandledRejection', reject);
  process.stdin.on('end', onGone);
  for (const stream of [process.stdin, process.stdout]) stream.on('error', onGone);
  return { came: promise, quit: resolve, fail: reject, close };
}

/** `Promise.withResolvers`, which Node 20 has not. */
function withResolvers() {
  let resolve: () => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<void>((onDone, onFailed) => {
    resolve = onDone;
    reject = onFailed;
  });
  return { promise, resolve, reject };
}
