import { expect, it } from 'vitest';
import { runFaults } from '../support/faults.ts';
import { seededRandom } from '../support/seeded-random.ts';

const number = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);
const RUNS = number('FAULT_RUNS', 1);
const PLAN = {
  clients: number('FAULT_CLIENTS', 5),
  messages: number('FAULT_MESSAGES', 40),
  faults: number('FAULTS', 8),
};

// In short here; `npm run test:faults` is the long form.
it.each(Array.from({ length: RUNS }, (_, run) => run + 1))(
  'run %i: nothing is lost and nothing comes twice, whatever is killed while clients talk',
  { timeout: 60_000 + PLAN.faults * 5_000 + PLAN.messages * 200 },
  async () => {
    const seed = number('FAULT_SEED', Math.floor(Math.random() * 2 ** 31));
    const { faults, seconds } = await runFaults({ ...PLAN, random: seededRandom(seed) });
    expect(Object.values(faults).reduce((sum, times) => sum + times, 0)).toBe(PLAN.faults);
    process.stdout.write(`faults of seed ${seed}: ${JSON.stringify(faults)} in ${seconds.toFixed(1)} s\n`);
  },
);
