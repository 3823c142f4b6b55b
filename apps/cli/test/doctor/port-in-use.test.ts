import { Secret } from '@picoclaw/auth';
import { expect, it } from 'vitest';
import { checkPorts } from '../../src/doctor/checks/port-in-use.ts';

const record = { pid: 1, token: new Secret('x'), version: '1', port: 18_790, host: '127.0.0.1' };
const nginx = { pid: 80, command: 'nginx -g', user: 'www', addresses: ['0.0.0.0'] };
const launcher = { port: 18_800, answer: 'absent', user: undefined };
const gateway = { port: 18_790, pidFile: { state: 'absent' }, user: undefined, health: { outcome: 'refused' } };
const check = (ofLauncher: object, ofGateway: object) =>
  checkPorts({ launcher: { ...launcher, ...ofLauncher }, gateway: { ...gateway, ...ofGateway } } as never);

it('is neither our own nor an empty port', () => {
  expect(check({}, {})).toEqual([]);
  expect(check({ answer: 'own', user: nginx }, {})).toEqual([]);
  const alive = { state: 'alive', record };
  expect(check({}, { pidFile: alive, user: nginx, health: { outcome: 'timeout', detail: '' } })).toEqual([]);
});

it('is not a launcher of ours that is too busy to answer', () => {
  expect(check({ answer: 'mute', user: { ...nginx, command: 'picoclaw launcher' } }, {})).toEqual([]);
});

it('is not a gateway of this home that has not written its pid file yet', () => {
  expect(check({}, { isOwnUser: true, user: nginx, health: { outcome: 'ok', instanceId: 'new' } })).toEqual([]);
});

it('is whoever else answers there; a process of another user is named by that user', () => {
  const foreign = check({ answer: 'foreign', user: { user: 'www', addresses: ['0.0.0.0'] } }, {});
  expect(foreign[0]?.evidence[0]).toBe('port 18800: a process that we may not look at (www)');
  const other = check({}, { health: { outcome: 'ok', instanceId: 'other' }, user: nginx });
  expect(other[0]?.message).toContain('not ours');
  expect(other[0]?.evidence).toEqual(['port 18790: pid 80 (www: nginx -g)', 'listens on 0.0.0.0']);
});

it('is the configured port even while our gateway lives at another one', () => {
  const pidFile = { state: 'alive', record: { ...record, port: 18_791 } };
  expect(check({}, { pidFile, user: nginx, health: { outcome: 'other', detail: 'answered 404' } })).toHaveLength(1);
});
