import { useState } from 'react';
import { enableChannel, type PicoInfo, revealChannelToken, rotateChannelToken } from '../api/pico.ts';
import type { Refusal } from '../api/request.ts';
import { useLeaving } from '../shell/leaving.tsx';
import { useCountdown } from '../sign-in/countdown.ts';

const SHOWN_MS = 60_000;
const DEFAULT_WAIT_SECONDS = 60;

/** A channel token that is in sight, and since when it counts. */
export interface ShownToken {
  token: string;
  untilMs: number;
  /** Only of a new one: whether the running gateway takes it already. */
  reloaded?: boolean;
}

type Order = 'reveal' | 'rotate' | 'enable';

/** What was refused, and why; a wrong launcher token belongs to its field instead. */
export interface Refused {
  order: Order;
  refusal: Refusal;
}

/** Everything that can be done with the channel token. */
export function useChannelToken(onEnabled: (info: PicoInfo) => void) {
  const leaving = useLeaving();
  const [busy, setBusy] = useState<Order>();
  const [shown, setShown] = useState<ShownToken>();
  const [problem, setProblem] = useState<'required' | 'invalid'>();
  const [refused, setRefused] = useState<Refused>();
  const [blockedUntilMs, setBlockedUntilMs] = useState<number>();
  const secondsLeft = useCountdown(blockedUntilMs);

  const begin = (order: Order) => {
    setBusy(order);
    setProblem(undefined);
    setRefused(undefined);
  };
  const refuse = (order: Order, refusal: Refusal) => {
    if (refusal.code === 'unauthorized') return leaving.sessionEnded();
    if (refusal.status === 429)
      setBlockedUntilMs(Date.now() + (refusal.retryAfterSeconds ?? DEFAULT_WAIT_SECONDS) * 1000);
    if (refusal.code === 'invalid_token') setProblem('invalid');
    else setRefused({ order, refusal });
  };
  /** Answers whether the token is in sight now. */
  const reveal = async (entered: string): Promise<boolean> => {
    const launcherToken = entered.trim();
    if (launcherToken === '') setProblem('required');
    if (launcherToken === '' || busy !== undefined || secondsLeft > 0) return false;
    begin('reveal');
    const reply = await revealChannelToken(launcherToken);
    setBusy(undefined);
    if (reply.ok) setShown({ token: reply.value.token, untilMs: Date.now() + SHOWN_MS });
    else refuse('reveal', reply);
    return reply.ok;
  };
  const rotate = async () => {
    begin('rotate');
    const reply = await rotateChannelToken();
    setBusy(undefined);
    if (!reply.ok) return refuse('rotate', reply);
    const { token, reloaded } = reply.value;
    setShown({ token, reloaded, untilMs: Date.now() + SHOWN_MS });
  };
  const enable = async () => {
    begin('enable');
    const reply = await enableChannel();
    setBusy(undefined);
    if (reply.ok) onEnabled(reply.value);
    else refuse('enable', reply);
  };
  return {
    ...{ busy, shown, problem, refused, secondsLeft, reveal, rotate, enable },
    hide: () => setShown(undefined),
    clearProblem: () => setProblem(undefined),
  };
}
