import { type FormEvent, useState } from 'react';
import { setUp } from '../api/auth.ts';
import type { Refusal } from '../api/request.ts';
import { generateToken } from '../setup/generate-token.ts';
import { isTokenProblem, type TokenProblem, tokenProblem } from '../setup/token-problem.ts';
import { useCountdown } from '../sign-in/countdown.ts';

const DEFAULT_WAIT_SECONDS = 60;

/** What can be wrong, and with which field. */
interface Problems {
  current?: 'required' | 'invalid';
  token?: TokenProblem;
  refusal?: Refusal;
}

const NOTHING = { current: '', token: '', confirm: '' };

/** The state of the form that replaces the launcher token. */
export function useTokenChange(needsCurrent: boolean, onChanged: () => void) {
  const [entries, setEntries] = useState(NOTHING);
  const [generated, setGenerated] = useState(false);
  const [visible, setVisible] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState<Problems>({});
  const [blockedUntilMs, setBlockedUntilMs] = useState<number>();
  const secondsLeft = useCountdown(blockedUntilMs);

  const change = async () => {
    const { token, confirm } = entries;
    const current = entries.current.trim();
    const wrong = tokenProblem(token, confirm);
    const isMissing = needsCurrent && current === '';
    setProblems({ ...(isMissing && { current: 'required' }), ...(wrong !== undefined && { token: wrong }) });
    if (isMissing || wrong !== undefined) return;
    setBusy(true);
    const reply = await setUp({ token, confirm, ...(needsCurrent && { current_token: current }) });
    setBusy(false);
    if (!reply.ok) {
      if (reply.status === 429)
        setBlockedUntilMs(Date.now() + (reply.retryAfterSeconds ?? DEFAULT_WAIT_SECONDS) * 1000);
      return setProblems(problemsOf(reply));
    }
    setEntries(NOTHING);
    setGenerated(false);
    setVisible(false);
    onChanged();
  };
  const set = (name: keyof typeof NOTHING) => (value: string) => {
    setEntries((before) => ({ ...before, [name]: value }));
    if (name !== 'current') setGenerated(false);
    setProblems({});
  };
  const generate = () => {
    const made = generateToken();
    setEntries((before) => ({ ...before, token: made, confirm: made }));
    setGenerated(true);
    setVisible(true);
    setProblems({});
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!busy && secondsLeft === 0) void change();
  };
  return { ...entries, generated, visible, busy, problems, secondsLeft, set, setVisible, generate, submit };
}

function problemsOf(refusal: Refusal): Problems {
  if (isTokenProblem(refusal.code)) return { token: refusal.code };
  return refusal.code === 'invalid_token' ? { current: 'invalid' } : { refusal };
}
