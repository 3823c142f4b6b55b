import { CloseCode } from '@picoclaw/protocol';
import { describe, expect, it } from 'vitest';
import { createVirtualNetwork } from './support/virtual-network.ts';

/** How many of the times fall into each second from the first of them to the last. */
function perSecond(timesMs: readonly number[]): number[] {
  const first = Math.min(...timesMs);
  const seconds = Array<number>(Math.floor((Math.max(...timesMs) - first) / 1_000) + 1).fill(0);
  for (const time of timesMs) {
    const second = Math.floor((time - first) / 1_000);
    seconds[second] = (seconds[second] ?? 0) + 1;
  }
  return seconds;
}

/** The busiest second, as a multiple of the mean over all of them. */
function peakOverMean(timesMs: readonly number[]): number {
  const seconds = perSecond(timesMs);
  return Math.max(...seconds) / (timesMs.length / seconds.length);
}

/** Lets clients lose their server at one moment, and tells of all dials until everybody is back. */
function restart(clients: number, { downMs, code, seed }: { downMs: number; code: number; seed: number }) {
  const network = createVirtualNetwork(seed);
  const { clock, server } = network;
  for (let count = 0; count < clients; count += 1) network.dial();
  clock.advance(60_000);
  expect(network.connected()).toBe(clients);
  network.takeDials();

  const lostAt = network.sinceStartMs();
  server.isUp = downMs === 0;
  network.drop(code);
  clock.advance(downMs);
  server.isUp = true;
  while (network.connected() < clients) clock.advance(100);
  const dials = network.takeDials().map((time) => time - lostAt);
  return { dials, successes: dials.filter((time) => time >= downMs), lastMs: Math.max(...dials) };
}

const everyRestart = [0, 500, 2_000, 3_000, 5_000, 10_000, 20_000].flatMap((downMs) =>
  [CloseCode.restart, 1006].map((code) => ({ downMs, code })),
);

describe('a thousand clients that lose their server at one moment', () => {
  it.each(everyRestart)(
    'spread all their dials when it is away for $downMs ms after $code: no second has three times the mean',
    ({ downMs, code }) => {
      const { dials, successes } = restart(1_000, { downMs, code, seed: downMs + code });
      expect(successes).toHaveLength(1_000);
      expect(peakOverMean(dials)).toBeLessThan(3);
      // And that mean is no crowd in one second or two: the busiest second has a third of the clients at most.
      expect(Math.max(...perSecond(dials))).toBeLessThan(1_000 / 3);
    },
  );

  it.each([40_000, 120_000, 600_000])('spread over a server that comes back after %d ms', (downMs) => {
    const { successes } = restart(1_000, { downMs, code: 1006, seed: downMs });
    expect(successes).toHaveLength(1_000);
    expect(peakOverMean(successes)).toBeLessThan(3);
  });

  it('dial more closely for a first connection, whose failures are nobody else’s', () => {
    const network = createVirtualNetwork(1);
    network.server.isUp = false;
    for (let count = 0; count < 1_000; count += 1) network.dial();
    network.clock.advance(500);
    network.server.isUp = true;
    network.clock.advance(2_600);
    expect(network.connected()).toBe(1_000);
  });
});

describe('a hundred clients whose server is away for three seconds', () => {
  it.each([1, 2, 3, 4, 5])('are all back within eight seconds of losing it, with the draws of seed %d', (seed) => {
    // Two windows of four seconds, and the handshakes.
    expect(restart(100, { downMs: 3_000, code: 1006, seed }).lastMs).toBeLessThan(8_100);
  });
});

describe('a server that accepts and drops', () => {
  it.each([0, 1_000, 4_900])('is dialled at most sixty times in ten minutes when it holds %d ms', (holdsMs) => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const network = createVirtualNetwork(seed);
      network.server.holdsMs = holdsMs;
      const client = network.dial();
      network.clock.advance(600_000);
      expect(client.status.attempt).toBeGreaterThan(5);
      const dials = network.takeDials();
      expect(dials.length).toBeLessThan(60);
      expect(dials.filter((time) => time < 12_000).length).toBeLessThanOrEqual(5);
    }
  });

  it('is left alone after the allowed tries', () => {
    const network = createVirtualNetwork(1);
    network.server.holdsMs = 0;
    const client = network.dial({ maxAttempts: 3 });
    network.clock.advance(600_000);
    expect(client.status).toMatchObject({ state: 'closed', closedBecause: 'attempts_exhausted' });
    expect(network.takeDials()).toHaveLength(4);
    expect(network.clock.waits()).toEqual([]);
  });
});
