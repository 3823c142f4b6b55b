import type { Secret } from '@picoclaw/auth';
import type { CredentialPurpose, GivenCredential } from '@picoclaw/config';

/** A value of a token with the place it was found in. */
export interface FoundToken {
  readonly value: Secret;
  readonly from: string;
}

/** Where the token of one purpose was found, the places compared with each other. */
export interface ComparedToken {
  readonly purpose: CredentialPurpose;
  /** Of the files; it counts as soon as the unit holds none. */
  readonly written: FoundToken | undefined;
  /** Of the unit, and of the environment of the process that runs. */
  readonly others: readonly FoundToken[];
  /** The one of these that the running process accepts. */
  readonly accepted: FoundToken | undefined;
}

/** Which value to go on with; without `persist` the one of the file stays. */
export interface TokenChoice {
  readonly purpose: CredentialPurpose;
  readonly chosen: FoundToken;
  readonly persist: GivenCredential | undefined;
}

/**
 * The values that could be gone on with, the best first; one when there is nothing to choose. The file's is the best: it is
 * what was rotated to. Without one it is what the running process accepts, for that is what everybody uses now.
 */
export function choicesOf({ purpose, written, others, accepted }: ComparedToken): TokenChoice[] {
  const candidates = distinct([written, accepted, ...others].filter((token) => token !== undefined));
  const isDecided = written === undefined && accepted !== undefined;
  const open = isDecided ? candidates.slice(0, 1) : candidates;
  return open.map((chosen) => ({
    ...{ purpose, chosen },
    persist: chosen === written ? undefined : { purpose, written: chosen.value, from: chosen.from },
  }));
}

/** Every way of choosing one of each. */
export function combinationsOf(choices: readonly (readonly TokenChoice[])[]): TokenChoice[][] {
  return choices.reduce<TokenChoice[][]>(
    (combined, options) => combined.flatMap((before) => options.map((option) => [...before, option])),
    [[]],
  );
}

function distinct(tokens: readonly FoundToken[]): FoundToken[] {
  return tokens.filter((token, index) => tokens.findIndex((other) => other.value.equals(token.value)) === index);
}
