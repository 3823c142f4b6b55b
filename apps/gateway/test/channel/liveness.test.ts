import { expect, it, onTestFinished, vi } from 'vitest';
import { createLiveness, type Living } from '../../src/channel/liveness.ts';

function aSocket(times: { pingIntervalMs: number; readTimeoutMs: number }) {
  const socket = {
    ...times,
    lastHeardAt: performance.now(),
    lastPingAt: performance.now(),
    pings: 0,
    silences: 0,
    ping() {
      socket.pings += 1;
    },
    onSilent() {
      socket.silences += 1;
    },
  } satisfies Living & { pings: number; silences: number };
  return socket;
}

it('pings what lives again and again, and drops what does not once, each by its own times', async () => {
  // Of a process that is held up for long it knows only that nothing has come.
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const liveness = createLiveness();
  const silent = aSocket({ pingIntervalMs: 20, readTimeoutMs: 100 });
  const living = aSocket({ pingIntervalMs: 40, readTimeoutMs: 10_000 });
  const gone = aSocket({ pingIntervalMs: 20, readTimeoutMs: 10_000 });
  for (const socket of [silent, living, gone]) liveness.watch(socket);
  liveness.forget(gone);
  vi.advanceTimersByTime(400);
  expect(living.pings).toBeGreaterThan(5);
  expect(silent.silences).toBe(1);
  expect(silent.pings).toBeGreaterThan(0);
  expect([gone.pings, living.silences]).toEqual([0, 0]);
  liveness.forget(living);
});
