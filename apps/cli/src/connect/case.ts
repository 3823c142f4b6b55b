import type { Observation } from './observation.ts';
import type { TokenKind } from './token-kind.ts';
import type { Method, Way } from './way.ts';

/** A way that was tried, with what was seen. */
export interface Case {
  readonly way: Way;
  readonly observation: Observation;
  /** Which token of this home the presented one is. */
  readonly tokenKind: TokenKind;
  /** Where the token can be read: the variable, or file and path. */
  readonly tokenFrom: string;
  readonly origin?: string | undefined;
  readonly evidence: Evidence;
}

/** What further tries have shown; a field is there when its try was made. */
export interface Evidence {
  /** Other methods by which the same token was taken at the same address, even if something else was in the way then. */
  readonly worksBy?: readonly Method[] | undefined;
  /** The composed token of the running gateway was let in where the plain one was not. */
  readonly composedWorks?: boolean | undefined;
  /** Another place of this home holds the token that was let in. */
  readonly worksFrom?: string | undefined;
  /** A service unit, or a file that it reads, in which a token is written down. */
  readonly embeddedIn?: string | undefined;
  /** What the launcher's API says of the channel. */
  readonly isChannelEnabled?: boolean | undefined;
  /** `/health` of the same address was answered as a launcher or gateway does. */
  readonly isPicoClawBehind?: boolean | undefined;
  readonly speaksTls?: boolean | undefined;
  readonly speaksPlain?: boolean | undefined;
  /** What is wrong with the pid file, when it tells of no living gateway. */
  readonly pidFile?: PidFileTrouble | undefined;
}

/** A pid file that tells of no living gateway. */
export interface PidFileTrouble {
  readonly path: string;
  /** `unusable`: it cannot be read, or it cannot be told whether it is true. */
  readonly state: 'absent' | 'stale' | 'unusable';
  readonly reason: string;
}
