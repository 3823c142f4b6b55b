import { expect, test } from 'vitest';
import { parseGatewayStatus } from '../../src/tui/gateway-status.ts';

test('The status of the launcher becomes what is shown', () => {
  const view = parseGatewayStatus({
    ...{ gateway_status: 'running', pid: 4711, gateway_version: '0.1.0', host: '::', port: 18790, owned: true },
    ...{ started_at: '2026-01-02T03:04:05.000Z', config_default_model: 'new', boot_default_model: 'old' },
    ...{ gateway_restart_required: true, last_exit: { code: null, signal: 'SIGKILL', at: '2026-01-02T03:04:05.000Z' } },
  });
  expect(view).toMatchObject({ state: 'running', address: '[::1]:18790', pid: 4711, version: '0.1.0', isOwned: true });
  expect(view).toMatchObject({ model: 'old', startedAt: Date.UTC(2026, 0, 2, 3, 4, 5) });
  expect(view?.note).toMatch(/restart/);
  expect(view?.lastExit).toMatch(/^SIGKILL, 2026-/);
});

test('Of a gateway that does not run only the state is known, and what is no status is nothing', () => {
  expect(parseGatewayStatus({ gateway_status: 'stopped' })).toEqual({ state: 'stopped' });
  expect(parseGatewayStatus({ gateway_status: 'dancing' })).toBeUndefined();
  expect(parseGatewayStatus(undefined)).toBeUndefined();
});
