import type { PicoSession } from '@picoclaw/client';
import { Subprotocol } from '@picoclaw/protocol';
import { fetchHistory } from '../api/sessions.ts';

/** Whether there is more to fetch before what is shown. */
export type OlderMessages = 'none' | 'there' | 'loading' | 'failed';

/** What a session has stored, fetched into it piece by piece from the end. */
export interface SessionHistory {
  getSnapshot(): OlderMessages;
  subscribe(listener: () => void): () => void;
  /** Fetches what was said before what is shown; does nothing while it does so already. */
  loadOlder(): void;
  close(): void;
}

/** Fetches what is stored when the session is connected first, and again when the server cannot tell what was missed. */
export function createSessionHistory(session: PicoSession): SessionHistory {
  const controller = new AbortController();
  const { signal } = controller;
  const listeners = new Set<() => void>();
  let older: OlderMessages = 'none';
  let cursor: number | null = null;
  const become = (next: OlderMessages) => {
    older = next;
    for (const listener of listeners) listener();
  };
  const fetchNewest = async () => {
    const reply = await fetchHistory(session.sessionId, { signal });
    // Not there, what is in this tab is shown, and each further answer comes all the same.
    if (!reply.ok || signal.aborted) return;
    cursor = reply.value.before;
    session.setHistory(reply.value.messages);
    become(cursor === null ? 'none' : 'there');
  };
  const fetchOlder = async (before: number) => {
    become('loading');
    const reply = await fetchHistory(session.sessionId, { signal, before });
    // After a `resync` the place is another one.
    if (signal.aborted || cursor !== before) return;
    if (!reply.ok) return become('failed');
    cursor = reply.value.before;
    session.setHistory([...reply.value.messages, ...session.getSnapshot().messages]);
    become(cursor === null ? 'none' : 'there');
  };
  let isFetched = false;
  const fetchOnce = () => {
    if (!isFetched) void fetchNewest();
    isFetched = true;
  };
  const stopFrames = session.onFrame((frame) => {
    if (frame.type === 'resync') void fetchNewest();
    // Before its first frame there is nothing to fetch.
    else if (frame.type === 'hello' && frame.payload.seq > 0) fetchOnce();
  });
  const stopChanges = session.subscribe(() => {
    const { state, subprotocol } = session.getSnapshot().connection;
    if (state === 'connected' && subprotocol !== Subprotocol.v2) fetchOnce();
  });
  return {
    getSnapshot: () => older,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    loadOlder() {
      if (cursor !== null && older !== 'loading') void fetchOlder(cursor);
    },
    close() {
      stopFrames();
      stopChanges();
      controller.abort();
    },
  };
}
