import { randomUUID } from 'node:crypto';

/** An answer that is being given. */
export interface RunningAnswer {
  /** The id of the message that the answer is. */
  readonly messageId: string;
  readonly signal: AbortSignal;
}

/** Answers one message at a time, so that answers never interleave. */
export interface AnswerQueue<Message> {
  readonly isIdle: boolean;
  /** `false` when too many wait already. */
  push(message: Message): boolean;
  /** Breaks the running answer off, if it is the one of that id or no id is given; the next one follows. */
  cancel(messageId?: string): void;
  /** Forgets what waits; settles when the running answer is done. */
  finish(): Promise<void>;
  /** Forgets what waits and breaks the running answer off. */
  abort(): void;
}

interface AnswerQueueOptions<Message> {
  readonly answer: (message: Message, running: RunningAnswer) => Promise<void>;
  readonly onIdle: () => void;
  readonly maxWaiting: number;
}

/** Creates an empty queue. */
export function createAnswerQueue<Message>(options: AnswerQueueOptions<Message>): AnswerQueue<Message> {
  const { answer, onIdle, maxWaiting } = options;
  const waiting: Message[] = [];
  let running: { messageId: string; controller: AbortController; done: Promise<void> } | undefined;

  const next = () => {
    const message = waiting.shift();
    running = undefined;
    if (message === undefined) return onIdle();
    const controller = new AbortController();
    const messageId = randomUUID();
    const done = answer(message, { messageId, signal: controller.signal }).finally(next);
    running = { messageId, controller, done };
  };

  return {
    get isIdle() {
      return running === undefined;
    },
    push(message) {
      if (waiting.length >= maxWaiting) return false;
      waiting.push(message);
      if (running === undefined) next();
      return true;
    },
    cancel(messageId) {
      if (messageId === undefined || messageId === running?.messageId) running?.controller.abort();
    },
    async finish() {
      waiting.length = 0;
      await running?.done;
    },
    abort() {
      waiting.length = 0;
      running?.controller.abort();
    },
  };
}
