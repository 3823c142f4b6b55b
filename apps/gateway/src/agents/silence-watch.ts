/** Watches for a provider that says nothing; the time runs only while it is waited for. */
export interface SilenceWatch {
  readonly hasFired: boolean;
  /** Starts the time anew, when it runs. */
  touch(): void;
  /** Waits for something with the time running. */
  during<T>(waiting: PromiseLike<T>): Promise<T>;
}

/** Creates a watch that calls `onSilent` after so long without a touch. */
export function createSilenceWatch(timeoutMs: number, onSilent: () => void): SilenceWatch {
  let timer: NodeJS.Timeout | undefined;
  let hasFired = false;
  return {
    get hasFired() {
      return hasFired;
    },
    touch() {
      timer?.refresh();
    },
    async during(waiting) {
      timer = setTimeout(() => {
        hasFired = true;
        onSilent();
      }, timeoutMs);
      try {
        return await waiting;
      } finally {
        clearTimeout(timer);
        timer = undefined;
      }
    },
  };
}
