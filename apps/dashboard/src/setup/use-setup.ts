import { type FormEvent, useState } from 'react';
import { setUp } from '../api/auth.ts';
import type { Refusal } from '../api/request.ts';
import { safeNextPath } from '../next-path.ts';
import { useCountdown } from '../sign-in/countdown.ts';
import { generateToken } from './generate-token.ts';
import { isTokenProblem, type TokenProblem, tokenProblem } from './token-problem.ts';

const DEFAULT_WAIT_SECONDS = 60;
/** What can be wrong on the page, and with which field. */
interface Problems {
  token?: TokenProblem;
  setupToken?: 'setup_token_required' | 'invalid_setup_token';
  refusal?: Refusal;
}

function problemsOf(refusal: Refusal): Problems {
  if (isTokenProblem(refusal.code)) return { token: refusal.code };
  if (refusal.status === 401) return { setupToken: 'invalid_setup_token' };
  return { refusal };
}

/** The state of the first-run form. */
export function useSetup(requiresProof: boolean, next: string | null) {
  const [token, setToken] = useState('');
  const [confirm, setConfirm] = useState('');
  const [setupToken, setSetupToken] = useState('');
  const [generated, setGenerated] = useState(false);
  const [visible, setVisible] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState<Problems>({});
  const [blockedUntilMs, setBlockedUntilMs] = useState<number>();
  const secondsLeft = useCountdown(blockedUntilMs);

  const save = async () => {
    const proof = setupToken.trim();
    const wrong = tokenProblem(token, confirm);
    const unproven = requiresProof && proof === '';
    setProblems({
      ...(wrong === undefined ? {} : { token: wrong }),
      ...(unproven ? { setupToken: 'setup_token_required' as const } : {}),
    });
    if (wrong !== undefined || unproven) return;
    setBusy(true);
    const reply = await setUp({ token, confirm, ...(requiresProof ? { setup_token: proof } : {}) });
    if (reply.ok) return window.location.assign(safeNextPath(next));
    setBusy(false);
    if (reply.status === 429) setBlockedUntilMs(Date.now() + (reply.retryAfterSeconds ?? DEFAULT_WAIT_SECONDS) * 1000);
    setProblems(problemsOf(reply));
  };
  const edit = (set: (value: string) => void) => (value: string) => {
    set(value);
    setGenerated(false);
    setProblems({});
  };
  const generate = () => {
    const made = generateToken();
    edit(setToken)(made);
    setConfirm(made);
    setGenerated(true);
    setVisible(true);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!busy && secondsLeft === 0) void save();
  };
  return {
    ...{ token, confirm, setupToken, generated, visible, busy, problems, secondsLeft },
    ...{ setToken: edit(setToken), setConfirm: edit(setConfirm), setSetupToken: edit(setSetupToken) },
    ...{ setVisible, generate, submit },
  };
}
