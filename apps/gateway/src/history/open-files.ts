/** Something with a descriptor, which it gives up when it is asked to. */
interface DescriptorHolder {
  close(): Promise<void>;
}

/** Bounds how many files are open to be written: who has rested longest makes room. */
export interface OpenFiles {
  /** Settles when there is room for one more. */
  enter(): Promise<void>;
  /** Its descriptor is being used. */
  wake(holder: DescriptorHolder): void;
  /** Its descriptor is not being used, and can be given up for another's. */
  rest(holder: DescriptorHolder): void;
  /** Its room is free. */
  leave(holder: DescriptorHolder): void;
}

/** Far below what any system lets a process open, far above how many write at the same moment. */
const MAX_OPEN = 128;

/** Creates the bound for the files of one store. */
export function createOpenFiles(max = MAX_OPEN): OpenFiles {
  /** The one that has rested longest first. */
  const resting = new Set<DescriptorHolder>();
  const waiting: (() => void)[] = [];
  let taken = 0;

  const makeRoom = () => {
    const [longest] = resting;
    if (longest === undefined || waiting.length === 0) return;
    resting.delete(longest);
    void longest.close();
  };
  return {
    async enter() {
      if (taken < max) {
        taken += 1;
        return;
      }
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        makeRoom();
      });
    },
    wake: (holder) => void resting.delete(holder),
    rest(holder) {
      resting.add(holder);
      makeRoom();
    },
    leave(holder) {
      resting.delete(holder);
      const next = waiting.shift();
      // The room goes to the one that waits.
      if (next === undefined) taken -= 1;
      else next();
    },
  };
}
