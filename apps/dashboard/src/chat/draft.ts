import { useCallback, useState } from 'react';

const keyOf = (sessionId: string): string => `picoclaw.chat.draft.${sessionId}`;

/** What is being written in a session: kept in the tab, so that a look at another page or a reload loses nothing. */
export function useDraft(sessionId: string): [string, (text: string) => void] {
  const [text, setText] = useState(() => readDraft(sessionId));
  const change = useCallback(
    (next: string) => {
      setText(next);
      writeDraft(sessionId, next);
    },
    [sessionId],
  );
  return [text, change];
}

function readDraft(sessionId: string): string {
  try {
    return sessionStorage.getItem(keyOf(sessionId)) ?? '';
  } catch {
    return '';
  }
}

function writeDraft(sessionId: string, text: string): void {
  try {
    if (text === '') sessionStorage.removeItem(keyOf(sessionId));
    else sessionStorage.setItem(keyOf(sessionId), text);
  } catch {
    // Blocked or full: the draft lasts as long as the page.
  }
}
