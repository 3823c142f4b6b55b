import { ensurePicoChannel } from '@picoclaw/config';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildTestLauncher, type TestLauncher, TOKEN } from '../../apps/launcher/test/build-test-launcher.ts';
import { WAYS, type Way } from '../support/way.ts';
import { startCountingGateway } from './support/counting-gateway.ts';
import { runTable } from './support/table.ts';

/** Starts both before the tests of a group and ends them behind these. */
function launcherBy(way: Way) {
  let launcher: TestLauncher;
  let gateway: Awaited<ReturnType<typeof startCountingGateway>>;
  let port = 0;
  beforeAll(async () => {
    launcher = await buildTestLauncher({
      config: { login_attempts_per_minute: 100_000 },
      linkTo: () => gateway.link,
    });
    await ensurePicoChannel(launcher.paths, launcher.environment);
    const [address] = await launcher.app.bind({ addresses: [{ host: '127.0.0.1' }], port: 0 });
    port = address?.port ?? 0;
    gateway = await startCountingGateway(launcher.paths.pidFile, way);
  });
  afterAll(async () => {
    await launcher.close();
    await gateway.close();
  });
  const running = (target: { path: string; post: string; body: string; socket: string }) => () => ({
    ...target,
    port,
    token: TOKEN,
    takeSeen: () => gateway.takeSeen(),
  });
  return { running, cameBy: () => gateway.cameBy() };
}

describe('by itself', () => {
  const { running } = launcherBy('tcp');
  runTable(
    'launcher',
    running({ path: '/health', post: '/login', body: `{"token":"${TOKEN}"}`, socket: '/api/events' }),
  );
});

describe.each(WAYS)('before a gateway that it reaches by %s', (way) => {
  const { running, cameBy } = launcherBy(way);
  runTable('proxied', running({ path: '/pico/media/x', post: '/pico/media/x', body: '{}', socket: '/pico/ws' }));
  it('has gone no other way', () => expect(cameBy()).toEqual([way]));
});
