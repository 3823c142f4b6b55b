import { describe, expect, it } from 'vitest';
import { createReadiness } from '../src/readiness.ts';

describe('readiness', () => {
  it('is not given while starting, and is when ready without a failing check', async () => {
    const readiness = createReadiness();
    readiness.addCheck('channel', () => undefined);
    expect(await readiness.report()).toMatchObject({ ready: false, phase: 'starting' });
    readiness.phase = 'ready';
    expect(await readiness.report()).toEqual({ ready: true, phase: 'ready', checks: { channel: { status: 'ok' } } });
  });

  it('is lost by a check that fails or throws, and says nothing of the fault', async () => {
    const readiness = createReadiness();
    readiness.phase = 'ready';
    readiness.addCheck('channel', async () => 'no token');
    readiness.addCheck('disk', () => Promise.reject(new Error('/secret/path')));
    const report = await readiness.report();
    expect(report.ready).toBe(false);
    expect(report.checks['channel']).toEqual({ status: 'failed', message: 'no token' });
    expect(JSON.stringify(report)).not.toContain('/secret/path');
  });
});
