import type { ClientStatus } from '@picoclaw/client';
import { expect, test } from 'vitest';
import { bannerView } from '../../src/chat/connection-view.ts';
import type { GatewayView } from '../../src/chat/gateway-watch.ts';

const lastEnd = { opened: true, code: 1006, reason: '', because: 'closed' } as const;
const lost: ClientStatus = { state: 'disconnected', attempt: 1, lastEnd };
const unknown: GatewayView = { launcher: 'unknown' };
const known = { wasConnected: true, online: true };
const gateway = (state: string, startAllowed = true): GatewayView => ({
  launcher: 'answers',
  status: { gateway_status: state, gateway_start_allowed: startAllowed },
});

test('nothing is said while connected, nor while the very first connection is being made', () => {
  expect(bannerView({ state: 'connected', attempt: 0 }, unknown, known)).toBeUndefined();
  expect(bannerView({ state: 'connecting', attempt: 0 }, unknown, { ...known, wasConnected: false })).toBeUndefined();
});

test('a loss is said at once, before anybody knows the reason', () => {
  expect(bannerView(lost, unknown, known)).toEqual({ text: 'lost', canStart: false, canReopen: false });
  expect(bannerView({ ...lost, state: 'connecting' }, unknown, known)?.text).toBe('lost');
});

test('the reason follows: no network, no launcher, or the state of the gateway', () => {
  expect(bannerView(lost, gateway('stopped'), { ...known, online: false })?.text).toBe('lostOffline');
  expect(bannerView(lost, { ...gateway('running'), launcher: 'silent' }, known)?.text).toBe('lostLauncher');
  expect(bannerView(lost, gateway('restarting'), known)?.text).toBe('lostStarting');
  expect(bannerView(lost, gateway('error'), known)?.text).toBe('lostStopped');
  expect(bannerView(lost, gateway('running'), known)?.text).toBe('lost');
});

test('a gateway that is down can be started, unless the launcher does not allow it', () => {
  expect(bannerView(lost, gateway('stopped'), known)?.canStart).toBe(true);
  expect(bannerView(lost, gateway('stopped', false), known)?.canStart).toBe(false);
  expect(bannerView(lost, gateway('starting'), known)?.canStart).toBe(false);
});

test('who was never connected has lost nothing', () => {
  expect(bannerView(lost, gateway('stopped'), { ...known, wasConnected: false })?.text).toBe('stopped');
});

test('a connection closed for good can be opened again, unless this page closed it', () => {
  const closed: ClientStatus = { state: 'closed', attempt: 0, closedBecause: 'closed_by_server' };
  expect(bannerView(closed, unknown, known)).toEqual({ text: 'closed', canStart: false, canReopen: true });
  expect(bannerView({ ...closed, closedBecause: 'closed_here' }, unknown, known)).toBeUndefined();
});
