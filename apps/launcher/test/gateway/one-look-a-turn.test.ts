import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createStatusReader } from '../../src/gateway/gateway-status.ts';
import type { LifeChange, Supervisor, SupervisorStatus } from '../../src/gateway/supervise.ts';

const CHANNEL = {
  ...{ enabled: true, token: undefined, allowOrigins: [], allowTokenQuery: false },
  ...{ defaultModel: undefined, gatewayPort: undefined },
};

/** A supervisor whose state is set by hand. */
function buildReader() {
  const status = { state: 'stopped', owned: false, restarts: 0 } as unknown as SupervisorStatus;
  const world = { looks: 0, status, tell: (_change: LifeChange) => {} };
  const supervisor = {
    async status() {
      world.looks += 1;
      return world.status;
    },
    onChange(listener: (change: LifeChange) => void) {
      world.tell = listener;
      return () => {};
    },
  } as unknown as Supervisor;
  const channel = { read: async () => CHANNEL };
  return { world, read: createStatusReader({ supervisor, channel, startForbidden: undefined }) };
}

it('whoever asks how the gateway is in one turn gets one answer, whoever asks later another', async () => {
  const { world, read } = buildReader();
  await Promise.all([read(), read(), read()]);
  expect(world.looks).toBe(1);
  await nextTurn();
  await read();
  expect(world.looks).toBe(2);
});

it('a change within the turn is not hidden by what was seen before it', async () => {
  const { world, read } = buildReader();
  expect((await read()).gateway_status).toBe('stopped');
  world.status = { ...world.status, state: 'starting' };
  world.tell({ state: 'starting', reason: undefined, exitCode: null });
  expect((await read()).gateway_status).toBe('starting');
});
