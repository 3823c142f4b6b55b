import { type ChatMessage, createPicoSession, type PicoSession, type PicoSnapshot } from '@picoclaw/client';
import { CloseCode, PicoPath, Subprotocol } from '@picoclaw/protocol';
import { useCallback, useEffect, useMemo, useReducer, useRef, useState, useSyncExternalStore } from 'react';
import { fetchAuthStatus } from '../api/auth.ts';
import { appUrl } from '../base-path.ts';
import { useLeaving } from '../shell/leaving.tsx';
import { createSessionHistory, type SessionHistory } from './session-history.ts';

export interface Chat {
  session: PicoSession;
  snapshot: PicoSnapshot;
  history: SessionHistory;
  /** Opens the session anew after it was closed for good. */
  reopen: () => void;
}

const nothing = () => () => undefined;

/** The chat session of an id, open as long as the component is there; undefined until it is. */
export function usePicoSession(sessionId: string | undefined): Chat | undefined {
  const [open, setOpen] = useState<{ session: PicoSession; history: SessionHistory }>();
  const [opened, reopen] = useReducer((count: number) => count + 1, 0);
  // What was said in the sessions of this tab, for the way back to one of them.
  const said = useRef(new Map<string, readonly ChatMessage[]>());

  // biome-ignore lint/correctness/useExhaustiveDependencies: `opened` asks for a new session of the same id
  useEffect(() => {
    if (sessionId === undefined) return;
    const histories = said.current;
    const history = histories.get(sessionId);
    const created = createPicoSession({
      url: appUrl(PicoPath.socket),
      sessionId,
      subprotocols: [Subprotocol.v2, Subprotocol.v1],
      ...(history === undefined ? {} : { history }),
    });
    const storedHistory = createSessionHistory(created);
    setOpen({ session: created, history: storedHistory });
    return () => {
      storedHistory.close();
      created.close();
      histories.set(sessionId, created.getSnapshot().messages);
    };
  }, [sessionId, opened]);

  const { session, history } = open ?? {};
  const snapshot = useSyncExternalStore(session?.subscribe ?? nothing, () => session?.getSnapshot());
  useEndOfSession(snapshot, reopen);
  return useMemo(() => {
    if (session === undefined || history === undefined || snapshot === undefined) return undefined;
    return session.sessionId === sessionId ? { session, snapshot, history, reopen } : undefined;
  }, [session, history, snapshot, sessionId]);
}

/** 4001 says that the session ended or that a token was rotated behind the launcher; only the launcher knows which. */
function useEndOfSession(snapshot: PicoSnapshot | undefined, reopen: () => void): void {
  const leaving = useLeaving();
  const { state, closedBecause, lastEnd } = snapshot?.connection ?? {};
  const asked =
    state === 'closed' && closedBecause === 'closed_by_server' && lastEnd?.code === CloseCode.sessionEnded
      ? lastEnd
      : undefined;
  const ask = useCallback(async () => {
    const reply = await fetchAuthStatus();
    if (!reply.ok) return;
    if (reply.value.authenticated) reopen();
    else leaving.sessionEnded();
  }, [leaving, reopen]);
  useEffect(() => {
    if (asked !== undefined) void ask();
  }, [asked, ask]);
}
