import { Secret } from '@picoclaw/auth';
import { afterAll, beforeAll } from 'vitest';
import { settingsWith, startTestGateway } from '../../apps/gateway/test/support/test-gateway.ts';
import { runTable } from './support/table.ts';

/** `PICOCLAW_GATEWAY_TOKEN` opens both the channel and `/reload`. */
const token = 'gateway-token-of-the-table';
let gateway: Awaited<ReturnType<typeof startTestGateway>>;

beforeAll(async () => {
  gateway = await startTestGateway({ settings: settingsWith({}, { gatewayToken: new Secret(token) }) });
});
afterAll(() => gateway.app.close());

runTable('gateway', () => ({
  ...{ path: '/health', post: '/reload', body: '{}', socket: '/pico/ws', token },
  port: gateway.port,
  takeSeen: () => [],
}));
