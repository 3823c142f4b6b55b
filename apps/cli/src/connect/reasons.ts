import { ExitCode } from '../exit-code.ts';
import type { ReasonRow } from './reason.ts';
import { answerReasons } from './reasons/answers.ts';
import { networkReasons } from './reasons/network.ts';
import { tokenReasons } from './reasons/tokens.ts';

/** Every reason, by its code: stable, for programs to match; listed in docs/connect.md. */
export const reasons = {
  connected: {
    exit: ExitCode.ok,
    reason: ({ way }) => (way.method === 'api' ? 'The API takes the token.' : 'Connected, and a ping was answered.'),
    fix: () => '',
  },
  ...tokenReasons,
  ...answerReasons,
  ...networkReasons,
} as const satisfies Readonly<Record<string, ReasonRow>>;

/** Why a way works or does not. */
export type ReasonCode = keyof typeof reasons;
