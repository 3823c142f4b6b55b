import { readFileSync } from 'node:fs';

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

/** Far below what any system lets a process open; more brings nothing. */
const [LEAST, MOST] = [128, 1_024];

/**
 * A quarter of what this process may open, where the system says it: a file that has to make room is opened, cut to its
 * size and closed again for each message, which costs more than the message. The rest is for sockets.
 */
export function openFilesOfThisProcess(limits = readLimits): number {
  const limit = /^Max open files +(\d+|unlimited)/m.exec(limits())?.[1];
  if (limit === undefined) return LEAST;
  return limit === 'unlimited' ? MOST : Math.min(MOST, Math.floor(Number(limit) / 4));
}

function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}

/** Creates the bound for the files of one store. */
export function createOpenFiles(max = openFilesOfThisProcess()): OpenFiles {
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
