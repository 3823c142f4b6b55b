import {
  type BackplaneStatus,
  keepAttached,
  openRedisPair,
  parseRedisAddress,
  type RedisAddress,
  type RedisPair,
  RedisStatus,
  reasonOf,
} from '@picoclaw/hub';
import type { FastifyBaseLogger } from 'fastify';
import { type Notice, type PlacedEntry, READ_BLOCK_MS, RedisSessions, SILENT_MS } from './redis-sessions.ts';

/** What a link does with what it learns. */
export interface LinkListener {
  /** There is a way to Redis: everything is brought up to date before others go by it. Rejects when it is lost. */
  attach(sessions: RedisSessions): Promise<void>;
  /** The way is lost. */
  detach(): void;
  /** Where reading goes on. */
  positions(): { readonly entries: string; readonly notices: string };
  take(entries: readonly PlacedEntry[], notices: readonly Notice[]): void;
  /** Tells that this node is there, and takes over from those that are not. */
  beat(sessions: RedisSessions, mayJudge: boolean): Promise<void>;
}

interface LinkOptions {
  readonly url: { reveal(): string };
  readonly origin: string;
  readonly prefix: string;
  readonly log: FastifyBaseLogger;
  readonly listener: LinkListener;
  /** A Redis that takes longer is treated as gone. */
  readonly answerWithinMs?: number;
  readonly now?: () => number;
  readonly random?: () => number;
}

const BEAT_MS = 1_000;

/** Keeps a gateway attached to Redis: tries again for as long as it takes, and says how it stands. */
export class ClusterLink {
  readonly #options: LinkOptions;
  readonly #status: RedisStatus;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  /** While it is being attached, and while it is in use. */
  #coming: RedisSessions | undefined;
  #sessions: RedisSessions | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
    const { now = Date.now, random = Math.random, log } = options;
    this.#status = new RedisStatus(now, log, 'Sessions');
    const attempt = (onAttached: () => void) => this.#attempt(onAttached);
    this.#running = keepAttached({ signal: this.#closing.signal, random, attempt });
  }

  get status(): BackplaneStatus {
    return this.#status.current;
  }

  /** Gives a connection up that does not do what it should. */
  lose(sessions: RedisSessions, error: unknown): void {
    sessions.close();
    if (this.#coming !== sessions) return;
    this.#coming = undefined;
    this.#sessions = undefined;
    if (!this.#closing.signal.aborted) this.#status.detached(reasonOf(error));
    this.#options.listener.detach();
  }

  async close(): Promise<void> {
    await this.#sessions?.sayGoodbye().catch(() => {});
    this.#closing.abort();
    await this.#running;
  }

  async #attempt(onAttached: () => void): Promise<void> {
    const { listener } = this.#options;
    const sessions = await this.#open();
    if (sessions === undefined) return;
    this.#coming = sessions;
    try {
      await listener.attach(sessions);
    } catch (error) {
      return this.lose(sessions, error);
    }
    if (this.#coming !== sessions) return;
    this.#sessions = sessions;
    this.#status.ready();
    onAttached();
    const stopBeating = this.#beat(sessions);
    await this.#follow(sessions);
    stopBeating();
  }

  async #open(): Promise<RedisSessions | undefined> {
    const { url, prefix, origin, answerWithinMs = 1_000 } = this.#options;
    const { signal } = this.#closing;
    const lost: unknown[] = [];
    let pair: RedisPair | undefined;
    let sessions: RedisSessions | undefined;
    const onLost = (error: unknown) => {
      lost.push(error);
      if (sessions !== undefined) this.lose(sessions, error);
    };
    try {
      // Made anew for each attempt, for it holds the password.
      const address: RedisAddress = parseRedisAddress(url.reveal());
      pair = await openRedisPair({ address, answerWithinMs, blockMs: READ_BLOCK_MS }, { signal, onLost });
      sessions = await RedisSessions.open(pair, prefix, origin);
      if (lost.length > 0) throw lost[0];
      return sessions;
    } catch (error) {
      pair?.close();
      if (!signal.aborted) this.#status.detached(reasonOf(error));
      return undefined;
    }
  }

  async #follow(sessions: RedisSessions): Promise<void> {
    const { listener } = this.#options;
    while (this.#sessions === sessions) {
      const { entries: from, notices: inbox } = listener.positions();
      try {
        const { entries, notices } = await sessions.wait(from, inbox);
        if (this.#sessions === sessions) listener.take(entries, notices);
      } catch (error) {
        this.lose(sessions, error);
      }
    }
  }

  #beat(sessions: RedisSessions): () => void {
    const since = performance.now();
    // Not from the beginning: a Redis that comes back does so for all nodes, and they come one after the other.
    const mayJudge = () => performance.now() - since > SILENT_MS;
    const timer = setInterval(() => {
      this.#options.listener.beat(sessions, mayJudge()).catch((error: unknown) => this.lose(sessions, error));
    }, BEAT_MS).unref();
    return () => clearInterval(timer);
  }
}
