import { keepAttached } from './redis-attempts.ts';
import type { OwnPublication } from './redis-backlog.ts';
import { catchUp } from './redis-catch-up.ts';
import { publicationFields } from './redis-entry.ts';
import type { RedisHistory } from './redis-history.ts';
import { RedisTimeout, reasonOf } from './redis-reason.ts';
import type { RedisStatus } from './redis-status.ts';
import { openRedisStream, type RedisStream, type RedisStreamOptions } from './redis-stream.ts';

/** The options of a `RedisLink`. */
export interface RedisLinkOptions {
  /** A function, for the address holds a password: it is made anew for each attempt. */
  readonly stream: () => RedisStreamOptions;
  readonly answerWithinMs: number;
  readonly now: () => number;
  readonly random: () => number;
}

/** Keeps a node attached to the stream: tries again for as long as it takes, and says how it stands. */
export class RedisLink {
  readonly #options: RedisLinkOptions;
  readonly #history: RedisHistory;
  readonly #status: RedisStatus;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  /** Present while publications go by the stream. */
  #stream: RedisStream | undefined;
  #lastSent: Promise<unknown> = Promise.resolve();
  #watch: NodeJS.Timeout | undefined;

  constructor(options: RedisLinkOptions, history: RedisHistory, status: RedisStatus) {
    this.#options = options;
    this.#history = history;
    this.#status = status;
    this.#running = this.#run();
  }

  /** Hands a new publication to the stream; false when there is no way to it. */
  send(own: OwnPublication): boolean {
    if (this.#stream === undefined) return false;
    this.#sendBy(this.#stream, own);
    this.#watchDelivery();
    return true;
  }

  async close(): Promise<void> {
    // What was published last should still reach the others; a Redis that is gone rejects this in time.
    await this.#lastSent;
    this.#stream = undefined;
    clearTimeout(this.#watch);
    this.#history.deliverOwn();
    this.#closing.abort();
    await this.#running;
  }

  #run(): Promise<void> {
    const { random } = this.#options;
    const attempt = async (onAttached: () => void) => {
      const stream = await this.#attach();
      if (stream === undefined) return;
      onAttached();
      await this.#follow(stream);
    };
    return keepAttached({ signal: this.#closing.signal, random, attempt });
  }

  async #attach(): Promise<RedisStream | undefined> {
    const { signal } = this.#closing;
    const lost: unknown[] = [];
    let stream: RedisStream | undefined;
    const onLost = (error: unknown) => {
      lost.push(error);
      if (stream !== undefined) this.#lose(stream, error);
    };
    try {
      const options = this.#options.stream();
      stream = await openRedisStream(options, { signal, onLost });
      await catchUp(stream, this.#history, { maxLength: options.maxLength, now: this.#options.now });
      if (lost.length > 0) throw lost[0];
      signal.throwIfAborted();
    } catch (error) {
      stream?.close();
      if (!signal.aborted) this.#status.detached(reasonOf(error));
      return undefined;
    }
    this.#goBy(stream);
    return stream;
  }

  /** From here on publications wait for their place; those that did not are handed in first. */
  #goBy(stream: RedisStream): void {
    this.#stream = stream;
    for (const own of this.#history.handIn()) this.#sendBy(stream, own);
    this.#status.ready();
  }

  async #follow(stream: RedisStream): Promise<void> {
    for (;;) {
      const read = stream.wait(this.#history.position);
      const entries = await read.catch((error: unknown) => this.#lose(stream, error));
      if (entries === undefined) return;
      this.#history.take(entries);
    }
  }

  #sendBy(stream: RedisStream, own: OwnPublication): void {
    const fields = publicationFields(own, this.#history.markSent(own));
    this.#lastSent = stream.add(fields).catch((error: unknown) => this.#lose(stream, error));
  }

  /** Delivery on this node must not wait for a Redis that hangs, wherever on the way there and back. */
  #watchDelivery(): void {
    const stream = this.#stream;
    const seq = this.#history.waitingSeq;
    if (this.#watch !== undefined || stream === undefined || seq === undefined) return;
    const look = () => {
      if (this.#stream === stream && this.#history.waitingSeq === seq) this.#lose(stream, new RedisTimeout());
      else this.#watchDelivery();
    };
    this.#watch = setTimeout(() => {
      this.#watch = undefined;
      // It may be us who were slow: what has arrived meanwhile is read first.
      setImmediate(look);
    }, this.#options.answerWithinMs);
    this.#watch.unref();
  }

  #lose(stream: RedisStream, error: unknown): void {
    stream.close();
    if (this.#stream !== stream) return;
    this.#stream = undefined;
    this.#status.detached(reasonOf(error));
    this.#history.deliverOwn();
  }
}
