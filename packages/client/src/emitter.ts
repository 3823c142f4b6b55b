/** A typed list of listeners per event name. */
export interface Emitter<Events> {
  /** Adds a listener and returns the function that removes it. */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void;
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void;
}

/** Makes an emitter whose listeners cannot break the one that emits, nor each other. */
export function createEmitter<Events>(): Emitter<Events> {
  const listeners = new Map<keyof Events, Set<(event: never) => void>>();
  return {
    on(name, listener) {
      const own = listeners.get(name) ?? new Set();
      listeners.set(name, own);
      own.add(listener);
      return () => {
        own.delete(listener);
      };
    },
    emit(name, event) {
      const own = listeners.get(name);
      for (const listener of [...(own ?? [])]) {
        // Removed by one before it, in this very round: whoever has left hears nothing more.
        if (!own?.has(listener)) continue;
        try {
          listener(event as never);
        } catch (error) {
          // The platform reports it as uncaught, as EventTarget does, while the connection stays in a known state.
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    },
  };
}
