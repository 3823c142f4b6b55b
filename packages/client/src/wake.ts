/** Calls back whenever it is worth dialling at once; returns the function that ends it. */
export type WakeSource = (wake: () => void) => () => void;

type Scope = Partial<Pick<EventTarget, 'addEventListener' | 'removeEventListener'>> & {
  document?: EventTarget & { visibilityState: string };
};

/** Wakes when the browser is online again or the tab becomes visible; elsewhere it never does. */
export function browserWake(wake: () => void, scope: Scope = globalThis as Scope): () => void {
  const { document } = scope;
  const whenVisible = () => {
    if (document?.visibilityState === 'visible') wake();
  };
  scope.addEventListener?.('online', wake);
  document?.addEventListener('visibilitychange', whenVisible);
  return () => {
    scope.removeEventListener?.('online', wake);
    document?.removeEventListener('visibilitychange', whenVisible);
  };
}
