import { describe, expect, it } from 'vitest';
import { createLiveness } from '../src/liveness.ts';
import { createManualClock } from './support/manual-clock.ts';

function watch() {
  const clock = createManualClock();
  const heard: string[] = [];
  const liveness = createLiveness({
    heartbeatMs: 30_000,
    probeTimeoutMs: 5_000,
    now: clock.now,
    timers: clock.timers,
    ping: () => heard.push('ping'),
    silent: () => heard.push('silent'),
  });
  return { clock, heard, liveness };
}

describe('a watched connection', () => {
  it('is pinged each heartbeat and dead after two and a half of silence', () => {
    const { clock, heard } = watch();
    clock.advance(74_999);
    expect(heard).toEqual(['ping', 'ping']);
    clock.advance(1);
    expect(heard).toEqual(['ping', 'ping', 'silent']);
    clock.advance(1_000_000);
    expect(heard).toHaveLength(3);
  });

  it('lives for as long as anything comes, counted from the last thing', () => {
    const { clock, heard, liveness } = watch();
    clock.advance(70_000);
    liveness.seen();
    clock.advance(74_999);
    expect(heard).not.toContain('silent');
    clock.advance(1);
    expect(heard).toContain('silent');
  });

  it('is asked at once by a probe and has five seconds to answer', () => {
    const { clock, heard, liveness } = watch();
    liveness.probe();
    expect(heard).toEqual(['ping']);
    clock.advance(4_999);
    liveness.seen();
    clock.advance(10);
    expect(heard).toEqual(['ping']);
    liveness.probe();
    clock.advance(5_000);
    expect(heard).toEqual(['ping', 'ping', 'silent']);
  });

  it('leaves no timer behind when it stops', () => {
    const { clock, liveness } = watch();
    liveness.probe();
    liveness.stop();
    expect(clock.waits()).toEqual([]);
  });
});
