/** Something to be answered; `ids` are all it may be called by. */
export interface Answerable {
  readonly ids: readonly (string | undefined)[];
}

/** Why an answer is broken off: the person wishes it, or the gateway stops. */
export type BreakReason = 'cancelled' | 'stopping';

/** Answers one message at a time, so that answers never interleave. */
export interface AnswerQueue<Message extends Answerable> {
  readonly isIdle: boolean;
  readonly waitingCount: number;
  push(message: Message): void;
  /** Breaks the running answer off, if it is of that id or no id is given; one that waits is answered by being told so. */
  cancel(id?: string, reason?: BreakReason): void;
  /** Settles when everything has been answered. */
  drained(): Promise<void>;
  /** Forgets what waits; settles when the running answer is done. */
  finish(): Promise<void>;
  /** Forgets what waits and breaks the running answer off. */
  abort(): void;
}

interface AnswerQueueOptions<Message> {
  /** Never rejects. */
  readonly answer: (message: Message, signal: AbortSignal) => Promise<void>;
  readonly onIdle: () => void;
}

interface Waiting<Message> {
  readonly message: Message;
  readonly controller: AbortController;
}

/** Creates an empty queue. */
export function createAnswerQueue<Message extends Answerable>(
  options: AnswerQueueOptions<Message>,
): AnswerQueue<Message> {
  return new OneByOne(options);
}

/** A class, for each session has one: closures would take five times the memory. */
class OneByOne<Message extends Answerable> implements AnswerQueue<Message> {
  readonly #options: AnswerQueueOptions<Message>;
  readonly #waiting: Waiting<Message>[] = [];
  readonly #waitingForEnd: (() => void)[] = [];
  #running: (Waiting<Message> & { readonly done: Promise<void> }) | undefined;

  constructor(options: AnswerQueueOptions<Message>) {
    this.#options = options;
  }

  get isIdle(): boolean {
    return this.#running === undefined;
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }

  push(message: Message): void {
    this.#waiting.push({ message, controller: new AbortController() });
    if (this.#running === undefined) this.#next();
  }

  cancel(id?: string, reason: BreakReason = 'cancelled'): void {
    const all = this.#running === undefined ? this.#waiting : [this.#running, ...this.#waiting];
    const meant = id === undefined ? this.#running : all.find(({ message }) => message.ids.includes(id));
    meant?.controller.abort(reason);
  }

  async drained(): Promise<void> {
    if (this.#running !== undefined) await new Promise<void>((resolve) => this.#waitingForEnd.push(resolve));
  }

  async finish(): Promise<void> {
    this.#forgetWaiting();
    await this.#running?.done;
  }

  abort(): void {
    this.#forgetWaiting();
    this.#running?.controller.abort('stopping' satisfies BreakReason);
  }

  #next(): void {
    const first = this.#waiting.shift();
    this.#running = undefined;
    if (first === undefined) {
      for (const tell of this.#waitingForEnd.splice(0)) tell();
      this.#options.onIdle();
      return;
    }
    const done = this.#options.answer(first.message, first.controller.signal).finally(() => this.#next());
    this.#running = { ...first, done };
  }

  #forgetWaiting(): void {
    this.#waiting.length = 0;
  }
}
