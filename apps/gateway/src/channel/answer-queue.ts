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
  cancel(id?: string): void;
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

/** Creates an empty queue. */
export function createAnswerQueue<Message extends Answerable>(
  options: AnswerQueueOptions<Message>,
): AnswerQueue<Message> {
  const { answer, onIdle } = options;
  const waiting: { readonly message: Message; readonly controller: AbortController }[] = [];
  const waitingForEnd: (() => void)[] = [];
  let running: { message: Message; controller: AbortController; done: Promise<void> } | undefined;

  const next = () => {
    const first = waiting.shift();
    running = undefined;
    if (first === undefined) {
      for (const tell of waitingForEnd.splice(0)) tell();
      return onIdle();
    }
    const { message, controller } = first;
    const done = answer(message, controller.signal).finally(next);
    running = { message, controller, done };
  };
  const forgetWaiting = () => {
    waiting.length = 0;
  };
  return {
    get isIdle() {
      return running === undefined;
    },
    get waitingCount() {
      return waiting.length;
    },
    push(message) {
      waiting.push({ message, controller: new AbortController() });
      if (running === undefined) next();
    },
    cancel(id) {
      const all = running === undefined ? waiting : [running, ...waiting];
      const meant = id === undefined ? running : all.find(({ message }) => message.ids.includes(id));
      meant?.controller.abort('cancelled' satisfies BreakReason);
    },
    async drained() {
      if (running !== undefined) await new Promise<void>((resolve) => waitingForEnd.push(resolve));
    },
    async finish() {
      forgetWaiting();
      await running?.done;
    },
    abort() {
      forgetWaiting();
      running?.controller.abort('stopping' satisfies BreakReason);
    },
  };
}
