import { MIN_LENGTH } from './strength.ts';

const MAX_LENGTH = 256;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to refuse
const control = /[\u0000-\u001f\u007f-\u009f]/;

/** The launcher's codes for what is wrong with a chosen token, so that one table of texts serves both. */
const codes = [
  'token_too_short',
  'token_too_long',
  'token_has_control_characters',
  'token_has_surrounding_blanks',
  'tokens_do_not_match',
] as const;
export type TokenProblem = (typeof codes)[number];

/** Whether a code of the launcher's is about the chosen token. */
export const isTokenProblem = (code: string): code is TokenProblem => codes.some((each) => each === code);

/** What is wrong with the two entries, before the launcher is asked; it has the last word. */
export function tokenProblem(token: string, confirm: string): TokenProblem | undefined {
  if (control.test(token)) return 'token_has_control_characters';
  if (token !== token.trim()) return 'token_has_surrounding_blanks';
  const { length } = [...token];
  if (length < MIN_LENGTH) return 'token_too_short';
  if (length > MAX_LENGTH) return 'token_too_long';
  return token === confirm ? undefined : 'tokens_do_not_match';
}
