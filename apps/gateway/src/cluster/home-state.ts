import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';

const HomeState = z.object({
  home: z.string().regex(/^\w{8,64}$/),
  epoch: z.string(),
  position: z.string().regex(/^\d+-\d+$/),
});

/** What a home remembers from one gateway to the next of the Redis that it shares. */
export interface HomeState {
  /** Names the home among the others. */
  readonly home: string;
  /** Names the data of Redis that were read last. */
  epoch: string;
  /** Up to there the messages of all nodes are in the files of this home. */
  position: string;
  /** Writes it down; a loss costs only that some is read again. */
  save(): Promise<void>;
}

/** Reads the state; a home that has none, or one that cannot be read, begins anew. */
export async function loadHomeState(path: string): Promise<HomeState> {
  const found = await readFile(path, 'utf8').then(parse, () => undefined);
  let saving = Promise.resolve();
  const state: HomeState = {
    ...(found ?? { home: randomBytes(8).toString('hex'), epoch: '', position: '0-0' }),
    save() {
      const write = async () => {
        const { home, epoch, position } = state;
        await writeFile(`${path}.new`, JSON.stringify({ home, epoch, position }), { mode: 0o600 });
        await rename(`${path}.new`, path);
      };
      saving = saving.then(write).catch(() => {});
      return saving;
    },
  };
  return state;
}

function parse(text: string) {
  try {
    return HomeState.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
