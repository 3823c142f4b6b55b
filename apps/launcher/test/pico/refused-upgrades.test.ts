import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { aRunningLauncher } from '../fixtures/a-running-launcher.ts';

test('a thousand refused upgrades leave no descriptor open', async () => {
  const launcher = await aRunningLauncher({ config: { login_attempts_per_minute: 100_000 } });
  const descriptors = () => readdirSync('/proc/self/fd').length;
  await launcher.upgrade('/pico/ws');
  await expect.poll(descriptors).toBeGreaterThan(0);
  const before = descriptors();
  for (let round = 0; round < 50; round += 1) {
    const replies = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const headers = [{}, { Authorization: 'Bearer wrong' }, { 'Sec-WebSocket-Version': '8' }][index % 3] ?? {};
        const reply = await launcher.upgrade(index % 5 === 0 ? '/nowhere' : '/pico/ws', headers);
        reply.socket.destroy();
        return reply.status;
      }),
    );
    expect(replies.every((status) => status >= 400)).toBe(true);
  }
  await expect.poll(descriptors, { timeout: 3_000 }).toBeLessThanOrEqual(before);
});
