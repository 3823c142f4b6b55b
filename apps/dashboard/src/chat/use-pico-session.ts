import { type ChatMessage, createPicoSession, type PicoSession, type PicoSnapshot } from '@picoclaw/client';
import { CloseCode, PicoPath, Subprotocol } from '@picoclaw/protocol';
import { useCallback, useEffect, useReducer, useRef, useState, useSyncExternalStore } from 'react';
import { fetchAuthStatus } from '../api/auth.ts';
import { fetchHistory } from '../api/sessions.ts';
import { appUrl } from '../base-path.ts';
import { useLeaving } from '../shell/leaving.tsx';

export interface Chat {
  session: PicoSession;
  snapshot: PicoSnapshot;
  /** Opens the session anew after it was closed for good. */
  reopen: () => void;
}

const nothing = () => () => undefined;

/** The chat session of an id, open as long as the component is there; undefined before the first effect has run. */
export function usePicoSession(sessionId: string): Chat | undefined {
  const [session, setSession] = useState<PicoSession>();
  const [opened, reopen] = useReducer((count: number) => count + 1, 0);
  // What was said in the sessions of this tab, for the way back to one of them.
  const said = useRef(new Map<string, readonly ChatMessage[]>());

  // biome-ignore lint/correctness/useExhaustiveDependencies: `opened` asks for a new session of the same id
  useEffect(() => {
    const histories = said.current;
    const history = histories.get(sessionId);
    const created = createPicoSession({
      url: appUrl(PicoPath.socket),
      sessionId,
      subprotocols: [Subprotocol.v2, Subprotocol.v1],
      ...(history === undefined ? {} : { history }),
    });
    setSession(created);
    const stopFollowing = followHistory(created);
    return () => {
      stopFollowing();
      created.close();
      histories.set(sessionId, created.getSnapshot().messages);
    };
  }, [sessionId, opened]);

  const snapshot = useSyncExternalStore(session?.subscribe ?? nothing, () => session?.getSnapshot());
  useEndOfSession(snapshot, reopen);
  return session === undefined || snapshot === undefined || session.sessionId !== sessionId
    ? undefined
    : { session, snapshot, reopen };
}

/** Fetches what is stored when the session is connected first, and again when the server cannot tell what was missed. */
function followHistory(session: PicoSession): () => void {
  const controller = new AbortController();
  const fetchIt = async () => {
    const reply = await fetchHistory(session.sessionId, controller.signal);
    // Not there, what is in this tab is shown, and each further answer comes all the same.
    if (reply.ok && !controller.signal.aborted) session.setHistory(reply.value);
  };
  let isFetched = false;
  const fetchOnce = () => {
    if (!isFetched) void fetchIt();
    isFetched = true;
  };
  const stopFrames = session.onFrame((frame) => {
    if (frame.type === 'resync') void fetchIt();
    // Before its first frame there is nothing to fetch.
    else if (frame.type === 'hello' && frame.payload.seq > 0) fetchOnce();
  });
  const stopChanges = session.subscribe(() => {
    const { state, subprotocol } = session.getSnapshot().connection;
    if (state === 'connected' && subprotocol !== Subprotocol.v2) fetchOnce();
  });
  return () => {
    stopFrames();
    stopChanges();
    controller.abort();
  };
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
