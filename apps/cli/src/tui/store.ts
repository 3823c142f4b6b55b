/** A state and whoever shows it. */
export interface Store<State, Event> {
  getState(): State;
  dispatch(event: Event): void;
  /** Puts another state in the place of the present one. */
  replace(state: State): void;
  /** Calls back when the state has changed, for many changes at once only once; answers with the way to stop. */
  subscribe(listener: () => void): () => void;
}

/** A person sees no more than so many pictures; a log that floods would ask for thousands. */
const SETTLE_MS = 25;

/** Keeps a state that changes by events. */
export function createStore<State, Event>(
  reduce: (state: State, event: Event) => State,
  initial: State,
  settleMs = SETTLE_MS,
): Store<State, Event> {
  const listeners = new Set<() => void>();
  let state = initial;
  let toldAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  const tell = () => {
    timer = undefined;
    toldAt = performance.now();
    for (const listener of listeners) listener();
  };
  const replace = (next: State) => {
    if (next === state) return;
    state = next;
    // The first change is shown at once: a person waits for what they type.
    timer ??= setTimeout(tell, Math.max(0, settleMs - (performance.now() - toldAt)));
  };
  return {
    getState: () => state,
    dispatch: (event) => replace(reduce(state, event)),
    replace,
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearTimeout(timer);
        timer = undefined;
      };
    },
  };
}
