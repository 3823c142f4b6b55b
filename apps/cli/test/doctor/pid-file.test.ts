import { Secret } from '@picoclaw/auth';
import { expect, it } from 'vitest';
import { checkPidFile } from '../../src/doctor/checks/pid-file.ts';

const record = { pid: 4711, token: new Secret('pid-token'), version: '1.0.0', port: 18_790, host: '127.0.0.1' };
const self = { pid: 1, bootId: 'this-boot', pidNamespace: 7 };
const stale = (more: object) => ({ state: 'stale', reason: 'it is gone', record: { ...record, ...more } }) as const;
const codes = (more: object, found: { exists: boolean; startTime?: string }) =>
  checkPidFile(stale(more), '/home/.picoclaw.pid', { self, inspect: () => found as never }).map(({ code }) => code);

it('is stale where the process is gone, of another boot or of another container', () => {
  expect(codes({}, { exists: false })).toEqual(['stale-pid-file']);
  expect(codes({ bootId: 'earlier' }, { exists: true })).toEqual(['stale-pid-file']);
  expect(codes({ pidNamespace: 8 }, { exists: true })).toEqual(['stale-pid-file']);
});

it('is reused where the pid is another process of this boot', () => {
  expect(codes({ startTime: '100', bootId: 'this-boot', pidNamespace: 7 }, { exists: true, startTime: '200' })).toEqual(
    ['pid-reused'],
  );
  expect(codes({}, { exists: true, startTime: '200' })).toEqual(['pid-reused']);
});

it('says nothing of a gateway that lives or may live, and never shows the token', () => {
  expect(checkPidFile({ state: 'absent' }, '/p')).toEqual([]);
  expect(checkPidFile({ state: 'unverifiable', reason: '', record }, '/p')).toEqual([]);
  expect(JSON.stringify(checkPidFile(stale({}), '/p'))).not.toContain('pid-token');
});
