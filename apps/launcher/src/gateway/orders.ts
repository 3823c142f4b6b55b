import type { BaseLogger } from 'pino';

/** Why an order was not carried out. */
export interface OrderFailure {
  readonly ok: false;
  readonly reason: 'busy' | 'not_running' | 'precondition_failed' | 'not_a_gateway' | 'failed';
  readonly message: string;
}

/** The outcome of an order to start or to stop. */
export type OrderResult = { readonly ok: true; readonly pid: number | undefined } | OrderFailure;

/** How long an order to start takes: until the gateway is ready or has failed, or only until its process runs. */
export interface StartOptions {
  readonly until?: 'ready' | 'spawned';
}

/** Told once when the process of a start runs. */
export type OnSpawned = (pid: number) => void;

type Order = 'start' | 'stop' | 'reload';

/**
 * Carries out one order at a time; whoever comes meanwhile is told that it is busy. A reload, which the launcher gives by
 * itself too, is short: nobody is refused for it, other orders wait for its end.
 */
export interface Orders {
  /** A fault while carrying it out is the outcome of the order, not of the process. */
  carryOut<Result>(kind: Order, work: () => Promise<Result>): Promise<Result | OrderFailure>;
  /** Settles when no order is in progress. */
  settled(): Promise<void>;
  /** No order is taken any more. */
  close(): void;
}

/** Makes the one queue of orders, which holds none. */
export function createOrders(logger: BaseLogger): Orders {
  let current: { readonly kind: Order; readonly done: Promise<unknown> } | undefined;
  let isClosed = false;
  return {
    async carryOut(kind, work) {
      while (current?.kind === 'reload' && kind !== 'reload') await current.done;
      if (current !== undefined || isClosed) return busy(current?.kind ?? 'shutdown');
      const result = work().catch((error: unknown): OrderFailure => {
        logger.error({ code: 'gateway_order_failed', err: error }, `the ${kind} failed`);
        const message = `The ${kind} failed: ${error instanceof Error ? error.message : String(error)}`;
        return { ok: false, reason: 'failed', message };
      });
      current = { kind, done: result };
      try {
        return await result;
      } finally {
        current = undefined;
      }
    },
    async settled() {
      while (current !== undefined) await current.done;
    },
    close() {
      isClosed = true;
    },
  };
}

/** An order to start that only has to begin is answered as soon as there is a process, and goes on by itself. */
export function answeredWhen(
  { until = 'ready' }: StartOptions,
  start: (onSpawned: OnSpawned) => Promise<OrderResult>,
): Promise<OrderResult> {
  if (until === 'ready') return start(() => {});
  return new Promise((resolve, reject) => {
    start((pid) => resolve({ ok: true, pid })).then(resolve, reject);
  });
}

export const NOT_RUNNING: OrderFailure = { ok: false, reason: 'not_running', message: 'No gateway is running.' };

/** Another order is being carried out. */
export const busy = (order: string): OrderFailure => ({
  ok: false,
  reason: 'busy',
  message: `A ${order} is in progress.`,
});

/** No signal goes to a process that is not proved to be the gateway. */
export const notOurGateway = (detail?: string): OrderFailure => ({
  ok: false,
  reason: 'not_a_gateway',
  message: `The process in the pid file is not provably our gateway${detail === undefined ? '' : `: ${detail}`}.`,
});
