import rateLimit, { type FastifyRateLimitStore } from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { SharedAttempts } from '../cluster/shared-attempts.ts';
import { clientKey } from './address.ts';
import { createAttemptStore } from './attempt-store.ts';

const WINDOW_MS = 60_000;
/** The ceiling on everybody's failures together, as a multiple of one client's budget. */
const GLOBAL_FACTOR = 20;

/** Whether an attempt may be evaluated; if not, when to come back. */
export type AttemptVerdict = { readonly allowed: true } | { readonly allowed: false; readonly retryAfterS: number };

/** Budget of guesses at the launcher token, shared by every door that takes one. */
export interface LoginLimit {
  /** Counts an attempt before it is evaluated, so that guesses sent at the same time do not slip through together. */
  attempt(request: FastifyRequest): Promise<AttemptVerdict>;
  /** Looks without counting: for credentials that come with every request, of which only failures count. */
  peek(request: FastifyRequest): Promise<AttemptVerdict>;
  /**
   * Notes that an attempt failed, for the ceiling on all clients together. Only of attempts that were evaluated: else one
   * blocked client could spend what is everybody's.
   */
  failed(request: FastifyRequest): Promise<void>;
}

declare module 'fastify' {
  interface FastifyInstance {
    readonly loginLimit: LoginLimit;
  }
}

interface LoginLimitOptions {
  readonly attemptsPerMinute: number;
  /** Counters that other launchers have too. */
  readonly shared?: SharedAttempts | undefined;
  /** Milliseconds on a clock that only goes forward, so that a changed date bans nobody. */
  readonly now?: () => number;
}

/** One counter and store for login, setup, `?token=` and Bearer failures together (launcher-http.md, "Rate limit"). */
export const loginLimit = fp<LoginLimitOptions>(
  async (app, { attemptsPerMinute, shared, now = () => performance.now() }) => {
    await app.register(rateLimit, {
      global: false,
      // The plugin's own store is an LRU: filling it with strangers would free a blocked client.
      store: createAttemptStore(now, shared) as unknown as new () => FastifyRateLimitStore,
      timeWindow: WINDOW_MS,
    });
    const perClient = app.createRateLimit({ max: attemptsPerMinute, keyGenerator: ({ ip }) => clientKey(ip) });
    const failures = app.createRateLimit({
      max: attemptsPerMinute * GLOBAL_FACTOR,
      keyGenerator: () => 'all failures',
    });

    const verdict = async (request: FastifyRequest, increment: boolean): Promise<AttemptVerdict> => {
      const own = await perClient(request, { increment });
      const all = await failures(request, { increment: false });
      if (own.isAllowed || all.isAllowed) return { allowed: true };
      // A look does not take a place, so there the last one taken is one too many already.
      const spent = (increment ? own.isExceeded : own.remaining === 0) || all.remaining === 0;
      return spent
        ? { allowed: false, retryAfterS: Math.max(1, own.ttlInSeconds, all.remaining === 0 ? all.ttlInSeconds : 0) }
        : { allowed: true };
    };

    const counted = async (made: Promise<AttemptVerdict>): Promise<AttemptVerdict> => {
      const answer = await made;
      if (!answer.allowed) app.counters.login('limited');
      return answer;
    };
    app.decorate('loginLimit', {
      attempt: (request) => counted(verdict(request, true)),
      peek: (request) => counted(verdict(request, false)),
      async failed(request) {
        app.counters.login('invalid');
        await failures(request);
      },
    });
  },
  { name: 'login-limit', dependencies: ['counters'] },
);
