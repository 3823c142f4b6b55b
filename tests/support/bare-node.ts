import { execFileSync } from 'node:child_process';

const ROUNDS = 3;

/** How many times as long an action takes as Node that does nothing, at its best of some rounds in turn. */
export async function timesOfBareNode(action: () => Promise<unknown>): Promise<number> {
  const rounds: { readonly action: number; readonly bare: number }[] = [];
  while (rounds.length < ROUNDS) {
    const bare = await timed(async () => execFileSync(process.execPath, ['-e', '0']));
    rounds.push({ bare, action: await timed(action) });
  }
  return Math.min(...rounds.map((round) => round.action / round.bare));
}

async function timed(action: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await action();
  return performance.now() - began;
}
