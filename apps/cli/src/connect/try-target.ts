import { setTimeout } from 'node:timers/promises';
import type { Secret } from '@picoclaw/auth';
import type { Case, Evidence } from './case.ts';
import { diagnose } from './diagnose.ts';
import { followUps } from './follow-ups.ts';
import { httpBase } from './given-url.ts';
import type { Home } from './home.ts';
import type { Observation } from './observation.ts';
import { observe } from './observe.ts';
import { observeApi } from './observe-api.ts';
import type { ReasonCode } from './reasons.ts';
import type { TokenKind } from './token-kind.ts';
import type { Method, TargetName, TokenName } from './way.ts';

/** A token to try, with what is known of it; no value when the home has none. */
export interface TokenToTry {
  readonly name: TokenName;
  readonly value: Secret | undefined;
  readonly from: string;
  readonly kind: TokenKind;
}

/** Where to try it. */
export interface Target {
  readonly name: TargetName;
  readonly url: string;
  readonly tokens: readonly TokenToTry[];
}

/** A way, why it works or does not, and how long that took. */
export interface Tried {
  readonly tried: Case;
  readonly code: ReasonCode;
  readonly ms: number;
}

interface World {
  readonly home: Home;
  readonly origin: string | undefined;
  /** Where a service has a token of its own. */
  readonly embeddedIn: (target: TargetName, kind: TokenKind) => string | undefined;
  /** Whether a way to another target has worked. */
  readonly hasConnected: boolean;
  readonly now?: () => number;
}

/** An address that gives no sign of life within this time gets no token at all. */
const FIRST_LOOK_MS = 5_000;

interface Seen {
  readonly token: TokenToTry;
  readonly method: Method;
  readonly observation: Observation;
  readonly ms: number;
}

/** Tries every way to connect to a target, one after the other, so that they do not take each other's place. */
export async function tryTarget(target: Target, world: World): Promise<Tried[]> {
  const { now = () => performance.now() } = world;
  const startedAt = now();
  const first = await observe(
    target.url,
    { origin: world.origin, isOwn: target.name === 'launcher' },
    { timeoutMs: FIRST_LOOK_MS },
  );
  const hindrance = hindranceOf(target, first, world.home);
  const firstMs = now() - startedAt;
  const seen: Seen[] = [];
  for (const token of target.tokens) {
    for (const method of methodsFor(target, token, first)) {
      const at = now();
      const once = () => tryWay(target, token, method, world);
      const mayBeFull = world.hasConnected || seen.some((earlier) => earlier.observation.kind === 'connected');
      const observation = hindrance ?? (await (mayBeFull ? twiceWhenFull(once) : once()));
      seen.push({ token, method, observation, ms: Math.round(hindrance ? firstMs : now() - at) });
    }
  }
  return judgeAll(target, seen, world);
}

/** The way before may not be gone yet at the other end, and be the one that is too many; tried again when the server says. */
async function twiceWhenFull(once: () => Promise<Observation>): Promise<Observation> {
  const seen = await once();
  if (seen.kind !== 'answered' || seen.code !== 'too_many_connections') return seen;
  await setTimeout((seen.retryAfterS ?? 1) * 1_000);
  return once();
}

/** Answers that only a launcher gives to somebody without a token. */
const LAUNCHER_CODES = ['invalid_token', 'host_not_allowed', 'network_not_allowed'];

const isLauncher = (seen: Observation): boolean =>
  seen.kind === 'answered' && seen.code !== undefined && LAUNCHER_CODES.includes(seen.code);

/** Why no token goes there: nobody answers, or somebody of whom nothing proves that they are of this home. */
function hindranceOf({ name, url }: Target, first: Observation, { launcher, gateway }: Home): Observation | undefined {
  // Told before any token was looked at, so none needs to be read on the way.
  if (first.kind === 'failed' || (first.kind === 'answered' && first.code === 'https_required')) return first;
  if (name === 'launcher' && !isLauncher(first)) {
    const isElsewhere = launcher.isThere && new URL(url).pathname !== new URL(launcher.url).pathname;
    return isElsewhere ? { kind: 'answered', status: 404, code: 'not_found' } : { kind: 'foreign' };
  }
  if (name !== 'gateway' || gateway.trouble === undefined) return undefined;
  return { kind: gateway.trouble.state === 'unusable' ? 'unproven' : 'foreign' };
}

function methodsFor({ name }: Target, token: TokenToTry, first: Observation): readonly Method[] {
  if (name === 'gateway') return ['bearer', 'subprotocol', 'query'];
  if (token.name !== 'given') return ['bearer', 'subprotocol'];
  return [...(['bearer', 'subprotocol', 'query'] as const), ...(isLauncher(first) ? (['api'] as const) : [])];
}

async function tryWay(
  { name, url }: Target,
  { value }: TokenToTry,
  method: Method,
  { origin }: World,
): Promise<Observation> {
  if (value === undefined) return { kind: 'skipped', why: 'no_token' };
  if (method === 'api') return observeApi(apiUrl(url), value);
  return observe(url, { token: { value, method }, origin, isOwn: name === 'launcher' });
}

const apiUrl = (url: string): string => `${httpBase(url)}/api/pico/info`;

async function judgeAll(target: Target, seen: readonly Seen[], world: World): Promise<Tried[]> {
  // One answer counts for all ways of a token that fail alike.
  const found = new Map<string, Promise<Evidence> | Evidence>();
  const judged: Tried[] = [];
  for (const one of seen) {
    const tried = caseOf(target, one, seen, world);
    const code = diagnose(tried);
    const followUp = followUps[code];
    if (followUp === undefined) {
      judged.push({ tried, code, ms: one.ms });
      continue;
    }
    const key = `${code} ${one.token.name}`;
    const more = found.get(key) ?? followUp(tried, one.token.value, world.home);
    found.set(key, more);
    const known = { ...tried, evidence: { ...tried.evidence, ...(await more) } };
    judged.push({ tried: known, code: diagnose(known), ms: one.ms });
  }
  return judged;
}

/** What a gateway says only to somebody whose token it has taken. */
const isPastTheToken = ({ observation }: Seen): boolean =>
  observation.kind === 'answered' && ['origin_not_allowed', 'too_many_connections'].includes(observation.code ?? '');

function caseOf({ name, url }: Target, { token, method, observation }: Seen, all: readonly Seen[], world: World): Case {
  const worksBy = all
    .filter((other) => other.token === token && other.method !== method && other.method !== 'api')
    .filter((other) => other.observation.kind === 'connected' || (name !== 'launcher' && isPastTheToken(other)))
    .map((other) => other.method);
  return {
    way: { target: name, url: method === 'api' ? apiUrl(url) : url, method, token: token.name },
    ...{ observation, tokenKind: token.kind, tokenFrom: token.from, origin: world.origin },
    evidence: { worksBy, embeddedIn: world.embeddedIn(name, token.kind) },
  };
}
