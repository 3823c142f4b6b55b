import { createId } from '@picoclaw/client';
import { useCallback, useEffect, useState } from 'react';
import { readStored, writeStored } from '../storage.ts';

const KEY = 'picoclaw.chat.session';
const PARAMETER = 'session';
// The ids that the gateway keeps under their own name (gateway.md, "History").
const valid = /^[A-Za-z0-9_-]{1,128}$/;

/** The session that an address names in its hash. */
export function sessionInHash(hash: string): string | undefined {
  const id = new URLSearchParams(hash.replace(/^#/, '')).get(PARAMETER);
  return id !== null && valid.test(id) ? id : undefined;
}

/** The chat session of this tab: in the address, so that a link or a reload finds it again, else the last one used. */
export function useSessionId(): { sessionId: string; startNew: () => void } {
  const [sessionId, setSessionId] = useState(initialSession);
  useEffect(() => {
    writeStored(KEY, sessionId);
    if (sessionInHash(location.hash) !== sessionId) history.replaceState(history.state, '', addressOf(sessionId));
    const follow = () => setSessionId((now) => sessionInHash(location.hash) ?? now);
    window.addEventListener('popstate', follow);
    return () => window.removeEventListener('popstate', follow);
  }, [sessionId]);
  const startNew = useCallback(() => {
    const created = createId();
    history.pushState(history.state, '', addressOf(created));
    setSessionId(created);
  }, []);
  return { sessionId, startNew };
}

function initialSession(): string {
  const stored = readStored(KEY);
  return sessionInHash(location.hash) ?? (stored !== undefined && valid.test(stored) ? stored : createId());
}

function addressOf(sessionId: string): string {
  return `${location.pathname}${location.search}#${PARAMETER}=${sessionId}`;
}
