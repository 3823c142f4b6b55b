import fp from 'fastify-plugin';
import { type ErrorCode, errors } from '../errors.ts';
import type { ProxyOutcome } from '../gateway/socket-job.ts';

/** How a sign-in went: `limited` was not looked at. */
export type LoginOutcome = 'ok' | 'invalid' | 'limited';

/** What the launcher counts while it works, cheaply; `GET /metrics` makes a page of it. */
export interface Counters {
  login(outcome: LoginOutcome): void;
  /** Answers to upgrades of `/pico/ws` by status; `client_gone` left before there was one. */
  upgrade(outcome: ProxyOutcome | number, detail?: string): void;
  readonly logins: ReadonlyMap<LoginOutcome, number>;
  readonly upgrades: ReadonlyMap<string, number>;
}

declare module 'fastify' {
  interface FastifyInstance {
    readonly counters: Counters;
  }
}

/** Puts the counters where the gates and routes find them. */
export const counters = fp(
  async (app) => {
    const logins = new Map<LoginOutcome, number>();
    const upgrades = new Map<string, number>();
    app.decorate('counters', {
      login: (outcome) => count(logins, outcome),
      upgrade: (outcome, detail) => count(upgrades, statusOf(outcome, detail)),
      logins,
      upgrades,
    });
  },
  { name: 'counters' },
);

function count<Key>(map: Map<Key, number>, key: Key): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}

function statusOf(outcome: ProxyOutcome | number, detail = ''): string {
  if (typeof outcome === 'number') return String(outcome);
  if (outcome === 'client_gone') return outcome;
  if (outcome === 'open') return '101';
  // The gateway's own answer: whatever it says, there are no more labels than statuses.
  if (outcome === 'refused') return /^[45]\d\d$/.test(detail) ? detail : 'other';
  return String(errors[outcome satisfies ErrorCode].status);
}
