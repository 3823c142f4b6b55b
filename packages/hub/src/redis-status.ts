import type { BackplaneStatus } from './backplane.ts';

/** Where a backplane tells what happens to it; a pino logger is one. */
export interface BackplaneLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** Whether there is a way to Redis: told to who listens, and to the log once for each change. */
export class RedisStatus {
  readonly #listeners = new Set<(status: BackplaneStatus) => void>();
  readonly #now: () => number;
  readonly #log: BackplaneLog | undefined;
  #current: BackplaneStatus;
  readonly #what: string;
  #isLogged = false;

  /** `what` reaches other nodes, or stays on this one. */
  constructor(now: () => number, log: BackplaneLog | undefined, what = 'Publications') {
    this.#now = now;
    this.#log = log;
    this.#what = what;
    this.#current = { state: 'detached', since: now(), reason: 'Redis is being connected to.' };
  }

  get current(): BackplaneStatus {
    return this.#current;
  }

  listen(listener: (status: BackplaneStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  ready(): void {
    this.#change({ state: 'ready', since: this.#now() });
    this.#isLogged = false;
    this.#log?.info({ code: 'redis_attached' }, `${this.#what} reach other nodes by Redis.`);
  }

  /** Tried again and failed again is no news, unless for another reason. */
  detached(reason: string): void {
    const { state, since, reason: before } = this.#current;
    if (state === 'detached' && reason === before) return;
    this.#change({ state: 'detached', since: state === 'detached' ? since : this.#now(), reason });
    if (this.#isLogged) return;
    this.#isLogged = true;
    this.#log?.warn({ code: 'redis_detached', reason }, `${this.#what} stay on this node until Redis is back.`);
  }

  #change(status: BackplaneStatus): void {
    this.#current = status;
    for (const listener of [...this.#listeners]) listener(status);
  }
}
