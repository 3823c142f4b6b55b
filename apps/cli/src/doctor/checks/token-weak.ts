import type { Secret } from '@picoclaw/auth';
import { boundEvidence, type Finding } from '@picoclaw/findings';

/** A token with the place it counts from. */
export interface PlacedToken {
  readonly name: 'launcher token' | 'channel token';
  readonly value: Secret;
  readonly from: string;
}

const MIN_LENGTH = 12;
const MIN_VARIETY = 6;
/** What people take, and what every list of guesses begins with. */
const WELL_KNOWN =
  /^(?:(?:my|the|a|test|default|super)?(?:password|passwort|passwd|secret|token|changeme|changeit|letmein|admin|root|guest|welcome|picoclaw|picoclaw-?(?:token|launcher|gateway)|qwerty(?:uiop)?|asdfgh(?:jkl)?|iloveyou|dragon|monkey|test|example|dummy|foobar|your[-_ ]?(?:secret[-_ ]?)?token(?:[-_ ]?here)?)[-_!.]*\d{0,6}[-_!.]*)$/i;

/** A token that can be guessed; the findings tell no more of it than why. */
export function checkTokens(tokens: readonly PlacedToken[]): Finding[] {
  return tokens.flatMap(({ name, value, from }) => {
    const reasons = weaknesses(value);
    if (reasons.length === 0) return [];
    const finding: Finding = {
      code: 'token-weak',
      severity: 'warn',
      message: `The ${name} can be guessed: it ${reasons.join(' and ')}.`,
      evidence: boundEvidence([from]),
      fix: `picoclaw-launcher token rotate --${name === 'launcher token' ? 'launcher' : 'channel'}`,
    };
    return [finding];
  });
}

/** Why a token is weak. */
export function weaknesses(token: Secret): string[] {
  const characters = [...token.reveal()];
  return [
    ...(WELL_KNOWN.test(characters.join('')) || isRun(characters) ? ['is well known'] : []),
    ...(characters.length < MIN_LENGTH ? [`has fewer than ${MIN_LENGTH} characters`] : []),
    ...(new Set(characters).size < MIN_VARIETY ? ['repeats the same few characters'] : []),
  ];
}

/** `abcdefghijkl`, `12345678901`, `zyxwvut`: each character follows the one before it, with one slip at most. */
function isRun(characters: readonly string[]): boolean {
  const codes = characters.map((character) => character.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, index) => code - (codes[index] ?? 0));
  // From 9 to 0, as on a keyboard.
  const up = steps.filter((step) => step === 1 || step === -9).length;
  const down = steps.filter((step) => step === -1 || step === 9).length;
  return codes.length > 3 && Math.max(up, down) >= steps.length - 1;
}
