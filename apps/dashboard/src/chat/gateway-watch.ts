import { useCallback, useEffect, useState } from 'react';
import { fetchGatewayStatus, type GatewayStatus } from '../api/gateway.ts';
import { useLeaving } from '../shell/leaving.tsx';

/** What is known of the way to the gateway while the chat has no connection. */
export interface GatewayView {
  launcher: 'unknown' | 'answers' | 'silent';
  status?: GatewayStatus;
}

const POLL_MS = 1_500;
const unknown: GatewayView = { launcher: 'unknown' };

/** Asks for the gateway's state again and again while active and visible; leaves when the session is over. */
export function useGatewayWatch(active: boolean): { view: GatewayView; ask: () => Promise<void> } {
  const leaving = useLeaving();
  const [view, setView] = useState<GatewayView>(unknown);
  const ask = useCallback(
    async (signal?: AbortSignal) => {
      const reply = await fetchGatewayStatus(signal);
      if (signal?.aborted === true) return;
      if (reply.ok) setView({ launcher: 'answers', status: reply.value });
      else if (reply.status === 401) leaving.sessionEnded();
      else if (reply.code === 'unreachable')
        setView(({ status }) => ({ launcher: 'silent', ...(status && { status }) }));
    },
    [leaving],
  );
  useEffect(() => {
    if (!active) return setView(unknown);
    const ended = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const poll = async () => {
      if (document.visibilityState === 'visible') await ask(ended.signal);
      if (!ended.signal.aborted) timer = setTimeout(() => void poll(), POLL_MS);
    };
    void poll();
    return () => {
      ended.abort();
      clearTimeout(timer);
    };
  }, [active, ask]);
  return { view, ask };
}
