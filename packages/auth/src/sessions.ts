import { randomBytes as cryptoRandomBytes } from 'node:crypto';

/** A signed-in browser. Times in Unix milliseconds. */
export interface Session {
  readonly id: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** `Signer` of @fastify/cookie: HMAC over the value, checked in constant time. */
export interface SessionSigner {
  sign(value: string): string;
  unsign(value: string): { valid: boolean; value: string | null };
}

/** The outcome of looking at a cookie. */
export type SessionCheck =
  | { readonly state: 'valid'; readonly session: Session }
  | { readonly state: 'invalid'; readonly reason: 'signature' | 'malformed' | 'expired' | 'future' | 'revoked' };

/** Which sessions just ended. */
export type Revocation = { readonly ids: readonly string[] } | { readonly allExcept: string | undefined };

/** All that was ended, as several servers of one key tell it to each other; to take it twice changes nothing. */
export interface EndedSessions {
  /** Id and when its cookie would have expired anyway, in Unix milliseconds. */
  readonly revoked: readonly (readonly [id: string, expiresAt: number])[];
  /** What was issued before is ended too, but for the one that was spared; 0 when that never happened. */
  readonly validFrom: number;
  readonly spared?: { readonly id: string; readonly expiresAt: number } | undefined;
}

/** Sessions that the server can end: the cookie proves itself by its signature, only revocations are remembered. */
export interface Sessions {
  issue(): { session: Session; value: string };
  /** Signs an existing session anew, for after `rekey`. */
  reissue(session: Session): string;
  verify(value: string): SessionCheck;
  /** Whether a session that was verified before goes on, whatever has happened since. */
  isLive(session: Session): boolean;
  revoke(session: Session): void;
  /** Ends every session but, when given, the caller's. */
  revokeAll(except?: Session): void;
  /** Replaces the key: a changed launcher token makes every cookie signed before it worthless, here and on other nodes. */
  rekey(signer: SessionSigner): void;
  /** All that is ended and not yet expired. */
  ended(): EndedSessions;
  /** Ends what was ended at another server; listeners hear of what is new. */
  endElsewhere(ended: EndedSessions): void;
  /** Calls back after each revocation; answers with the way to stop. */
  onRevoked(listener: (revocation: Revocation) => void): () => void;
  /** How many revocations are remembered. */
  readonly rememberedCount: number;
  /** How many sessions this process has started, or spared, that are neither expired nor revoked. */
  readonly liveCount: number;
}

// The purpose stands inside what is signed: the signer's MAC knows neither the cookie's name nor its use.
const PURPOSE = 'session1';
const PAYLOAD = new RegExp(`^${PURPOSE}\\.([A-Za-z0-9_-]{22})\\.(\\d{13})\\.(\\d{13})$`);
const CLOCK_TOLERANCE_MS = 60_000;
/** More browsers than that are rarely signed in at one time; one that is forgotten is proved again. */
const MAX_PROVED = 1_000;

interface SessionsOptions {
  readonly signer: SessionSigner;
  readonly lifetimeMs?: number;
  readonly now?: () => number;
  readonly randomBytes?: (size: number) => Buffer;
}

/** Issues and checks signed, revocable sessions (tokens.md, "Dashboard sessions"). */
export function createSessions(options: SessionsOptions): Sessions {
  const { lifetimeMs = 604_800_000, now = Date.now, randomBytes = cryptoRandomBytes } = options;
  let { signer } = options;
  /** Revoked id → when its cookie would have expired anyway, after which it need not be remembered. */
  const revoked = new Map<string, number>();
  /** Started here, or spared when all others were ended: id → when it expires; the oldest first. */
  const live = new Map<string, number>();
  /** Cookies whose signature was right, and what they hold: the same one comes with each request. Only what is proved is kept. */
  const proved = new Map<string, Session>();
  let validFrom = 0;
  let spared: EndedSessions['spared'];
  const listeners = new Set<(revocation: Revocation) => void>();

  const encode = ({ id, issuedAt, expiresAt }: Session) => signer.sign(`${PURPOSE}.${id}.${issuedAt}.${expiresAt}`);
  const announce = (revocation: Revocation) => {
    for (const listener of listeners) listener(revocation);
  };
  // A clock that was ahead when all were ended may since have been set back: what was started afterwards is known by its
  // id, or nobody could sign in until that time comes.
  const read = (value: string) => {
    const known = proved.get(value);
    if (known !== undefined) return { session: known };
    const { valid, value: payload } = signer.unsign(value);
    if (!valid || payload === null) return { reason: 'signature' as const };
    const session = parsePayload(payload);
    if (session === undefined) return { reason: 'malformed' as const };
    proved.set(value, session);
    for (const oldest of proved.keys()) {
      if (proved.size <= MAX_PROVED) break;
      proved.delete(oldest);
    }
    return { session };
  };
  const objectionTo = (session: Session) => {
    if (now() >= session.expiresAt) return 'expired';
    if (session.issuedAt > now() + CLOCK_TOLERANCE_MS) return 'future';
    return isRevoked(session) ? 'revoked' : undefined;
  };
  const isRevoked = ({ id, issuedAt }: Session) => revoked.has(id) || (issuedAt < validFrom && !live.has(id));

  return {
    issue() {
      const issuedAt = now();
      const session = { id: randomBytes(16).toString('base64url'), issuedAt, expiresAt: issuedAt + lifetimeMs };
      forgetExpired(live, now());
      live.set(session.id, session.expiresAt);
      return { session, value: encode(session) };
    },
    reissue: encode,
    verify(value) {
      const { session, reason } = read(value);
      if (session === undefined) return { state: 'invalid', reason };
      const objection = objectionTo(session);
      return objection === undefined ? { state: 'valid', session } : { state: 'invalid', reason: objection };
    },
    isLive: (session) => objectionTo(session) === undefined,
    revoke(session) {
      forgetExpired(revoked, now());
      live.delete(session.id);
      revoked.set(session.id, session.expiresAt);
      announce({ ids: [session.id] });
    },
    revokeAll(except) {
      // One past now: what was issued in this very millisecond ends too.
      validFrom = Math.max(now(), validFrom) + 1;
      live.clear();
      spared = except && { id: except.id, expiresAt: except.expiresAt };
      if (spared !== undefined) live.set(spared.id, spared.expiresAt);
      announce({ allExcept: spared?.id });
    },
    ended() {
      forgetExpired(revoked, now());
      return { revoked: [...revoked], validFrom, spared };
    },
    endElsewhere(ended) {
      const fresh = ended.revoked.filter(([id, expiresAt]) => expiresAt > now() && !revoked.has(id));
      for (const [id, expiresAt] of fresh) {
        live.delete(id);
        revoked.set(id, expiresAt);
      }
      if (fresh.length > 0) announce({ ids: fresh.map(([id]) => id) });
      if (ended.validFrom <= validFrom) return;
      ({ validFrom, spared } = ended);
      // What was started here since then goes on.
      for (const [id, expiresAt] of live) if (expiresAt - lifetimeMs < validFrom) live.delete(id);
      if (spared !== undefined) live.set(spared.id, spared.expiresAt);
      announce({ allExcept: spared?.id });
    },
    rekey(next) {
      signer = next;
      proved.clear();
    },
    onRevoked(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get rememberedCount() {
      return revoked.size;
    },
    get liveCount() {
      forgetExpired(live, now());
      return live.size;
    },
  };
}

function forgetExpired(expiries: Map<string, number>, now: number): void {
  for (const [id, expiresAt] of expiries) if (expiresAt <= now) expiries.delete(id);
}

function parsePayload(payload: string): Session | undefined {
  const [, id, issuedAt, expiresAt] = PAYLOAD.exec(payload) ?? [];
  if (id === undefined) return undefined;
  return { id, issuedAt: Number(issuedAt), expiresAt: Number(expiresAt) };
}
