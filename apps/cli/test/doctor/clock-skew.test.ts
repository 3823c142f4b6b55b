import { Secret } from '@picoclaw/auth';
import { expect, it } from 'vitest';
import { checkClock } from '../../src/doctor/checks/clock-skew.ts';
import { aHome } from '../support/home.ts';

const record = { pid: 1, token: new Secret('x'), version: '1', port: 1, host: '' };
const absent = { state: 'absent' } as const;
const HOUR_MS = 3_600_000;

it('is a clock that stands before what was written by it', async () => {
  const { paths } = aHome({ 'config.json': {} });
  expect(await checkClock(paths, absent)).toEqual([]);
  const [finding] = await checkClock(paths, absent, { now: () => Date.now() - HOUR_MS });
  expect(finding).toMatchObject({ code: 'clock-skew', severity: 'warn' });
  expect(finding?.evidence[1]).toContain(paths.configFile);
});

it('is a gateway that says to have started later than now', async () => {
  const { paths } = aHome();
  const startedAt = new Date(Date.now() + HOUR_MS).toISOString();
  const pidFile = { state: 'stale', reason: '', record: { ...record, startedAt } } as const;
  expect((await checkClock(paths, pidFile))[0]?.evidence[1]).toContain('started_at');
  const nonsense = { ...pidFile, record: { ...record, startedAt: 'yesterday' } };
  expect(await checkClock(paths, nonsense)).toEqual([]);
});
