import type { Finding } from '@picoclaw/findings';
import { ExitCode } from '../exit-code.ts';
import type { GivenToken } from './given-token.ts';
import type { ReasonRow } from './reason.ts';
import { type ReasonCode, reasons } from './reasons.ts';
import { snippet } from './snippet.ts';
import type { Tried } from './try-target.ts';
import type { Method, TargetName, TokenName } from './way.ts';

/** A way and what came of it; documented in docs/connect.md, where a key is not renamed nor given another meaning. */
export interface WayReport {
  readonly target: TargetName;
  readonly url: string;
  readonly method: Method;
  readonly token: TokenName;
  readonly ok: boolean;
  readonly reason_code: ReasonCode;
  readonly reason: string;
  /** What to change; null where nothing is wrong. */
  readonly fix: string | null;
  readonly ms: number;
}

/** The best way that works. */
export interface Recommendation {
  readonly target: TargetName;
  readonly url: string;
  readonly method: Method;
  readonly token: TokenName;
  /** Where the token can be read: the variable, or file and path. */
  readonly token_from: string;
  /** A program for a shell that goes this way. */
  readonly snippet: string;
}

/** What `connect --json` prints. */
export interface ConnectReport {
  readonly ways: readonly WayReport[];
  readonly recommended: Recommendation | null;
  /** What `status` and `doctor` find of this home's tokens; nothing where another address was given. */
  readonly findings: readonly Finding[];
}

/** Puts what was tried into words, and recommends the best of it. */
export function createReport(
  all: readonly Tried[],
  { given, findings }: { readonly given: GivenToken | undefined; readonly findings: readonly Finding[] },
): ConnectReport {
  const best = all.filter(({ tried, code }) => code === 'connected' && tried.way.method !== 'api').toSorted(byRank)[0];
  const recommended = best === undefined ? null : recommendation(best, given);
  return { ways: all.map(wayReport), recommended, findings };
}

function wayReport({ tried, code, ms }: Tried): WayReport {
  const row: ReasonRow = reasons[code];
  const { target, url, method, token } = tried.way;
  return {
    ...{ target, url, method, token, ok: code === 'connected', reason_code: code },
    ...{ reason: row.reason(tried), fix: row.fix(tried) || null, ms },
  };
}

// The launcher stays where it is when its gateway is restarted; its own token opens far more than a chat.
const TARGETS: readonly TargetName[] = ['given', 'launcher', 'gateway'];
const TOKENS: readonly TokenName[] = ['given', 'channel', 'launcher'];
const METHODS: readonly Method[] = ['bearer', 'subprotocol', 'query'];

function byRank(left: Tried, right: Tried): number {
  const [one, other] = [left.tried.way, right.tried.way];
  return (
    TOKENS.indexOf(one.token) - TOKENS.indexOf(other.token) ||
    TARGETS.indexOf(one.target) - TARGETS.indexOf(other.target) ||
    METHODS.indexOf(one.method) - METHODS.indexOf(other.method)
  );
}

function recommendation({ tried }: Tried, given: GivenToken | undefined): Recommendation {
  const { target, url, method, token } = tried.way;
  return { target, url, method, token, token_from: tried.tokenFrom, snippet: snippet(tried.way, given) };
}

/** How the command ends: the nearest to success of what stands in the way; what only some servers take does not count. */
export function exitCodeOf({ ways, recommended }: ConnectReport): ExitCode {
  if (recommended !== null) return ExitCode.ok;
  const codes: readonly ExitCode[] = ways
    .filter(({ method }) => method === 'bearer' || method === 'subprotocol')
    .map(({ reason_code: code }) => reasons[code].exit);
  const nearest = [ExitCode.unauthorized, ExitCode.operator, ExitCode.notRunning].find((code) => codes.includes(code));
  return nearest ?? ExitCode.failed;
}
