// The load generator: a process of its own that does one task after the other, each a file in bench/load.
import { pools } from './pools.mjs';

process.on('message', async (/** @type {{ task: string; options: any }} */ { task, options }) => {
  const usedBefore = process.cpuUsage();
  const beganAt = performance.now();
  /** @type {Record<string, unknown>} */
  let told;
  try {
    const { run } = await import(`../load/${task}.mjs`);
    told = { result: await run(options, pools) };
  } catch (error) {
    told = { failure: error instanceof Error ? error.stack : String(error) };
  }
  const { user, system } = process.cpuUsage(usedBefore);
  process.send?.({ ...told, share: (user + system) / 1_000 / (performance.now() - beganAt) });
});
process.once('disconnect', () => process.exit(0));
