import type { ExitCode } from '../exit-code.ts';
import type { Case } from './case.ts';

/** What a reason code stands for: how the command ends when nothing else works, and the words for people. */
export interface ReasonRow {
  readonly exit: ExitCode;
  /** One sentence on what is wrong. */
  readonly reason: (tried: Case) => string;
  /** The one thing to change; empty where there is nothing. */
  readonly fix: (tried: Case) => string;
}

/** The host and port of an address, for sentences. */
export const placeOf = ({ way }: Case): string => new URL(way.url).host;

/** Who was asked, for sentences. */
export function whoIs({ way }: Case): string {
  return way.target === 'given' ? `what answers at ${new URL(way.url).host}` : `the ${way.target}`;
}

/** What the server said about it, in brackets; empty when it said nothing. */
export function saying({ observation }: Case): string {
  return observation.kind === 'answered' && observation.message !== undefined ? ` ("${observation.message}")` : '';
}

/** The status of an answer; 0 when there was none. */
export const statusOf = ({ observation }: Case): number => (observation.kind === 'answered' ? observation.status : 0);

/** What the token is called. */
export function tokenName({ way, tokenKind }: Case): string {
  return `the ${way.token === 'given' ? (NAMES[tokenKind] ?? 'given token') : `${way.token} token`}`;
}

const NAMES: Readonly<Partial<Record<Case['tokenKind'], string>>> = {
  launcher: 'launcher token',
  channel: 'channel token',
};
