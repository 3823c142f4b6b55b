import { createId } from '@picoclaw/client';
import { useEffect } from 'react';
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

/** The address of a session under the path of the chat. */
export function addressOf(sessionId: string): string {
  return `${location.pathname}${location.search}#${PARAMETER}=${sessionId}`;
}

/**
 * Keeps the session of the chat in the address, so that a link, a reload or the way back finds it again; an address that
 * names none means the current one, else the last one used here. The address is right before `choose` is called.
 */
export function useSessionInAddress(current: string | undefined, choose: (sessionId: string) => void): void {
  useEffect(() => {
    const named = sessionInHash(location.hash);
    const wanted = named ?? current ?? lastSession();
    if (named === undefined) history.replaceState(history.state, '', addressOf(wanted));
    if (wanted !== current) choose(wanted);
    writeStored(KEY, wanted);
    const follow = () => choose(sessionInHash(location.hash) ?? wanted);
    window.addEventListener('popstate', follow);
    return () => window.removeEventListener('popstate', follow);
  }, [current, choose]);
}

/** Goes to another session; the way back leads to this one. */
export function goToSession(sessionId: string): void {
  history.pushState(history.state, '', addressOf(sessionId));
  // Who changes the address from here is not told of it.
  window.dispatchEvent(new PopStateEvent('popstate', { state: history.state }));
}

function lastSession(): string {
  const stored = readStored(KEY);
  return stored !== undefined && valid.test(stored) ? stored : createId();
}
