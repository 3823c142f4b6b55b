import { readdirSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { exchange, handshake } from '../support/raw-http.ts';
import { CHANNEL_TOKEN, settingsWith, startTestGateway } from '../support/test-gateway.ts';

const descriptors = () => readdirSync('/proc/self/fd').length;

it.runIf(process.platform === 'linux')('1000 refused upgrades leave no descriptor open', async () => {
  const { app, port } = await startTestGateway({ settings: settingsWith({ allowOrigins: ['http://localhost'] }) });
  onTestFinished(() => app.close());
  const good = `Authorization: Bearer ${CHANNEL_TOKEN}`;
  const refused = [
    { request: handshake('/pico/ws'), status: 401 },
    { request: handshake('/pico/ws', good, 'Origin: http://evil.example'), status: 403 },
    { request: handshake('/health', good), status: 404 },
    { request: handshake('/nowhere', good), status: 404 },
  ];
  await exchange(port, handshake('/pico/ws'));
  const before = descriptors();
  for (let round = 0; round < 25; round++) {
    const all = Array.from({ length: 10 }, () => refused).flat();
    const replies = await Promise.all(all.map(({ request }) => exchange(port, request)));
    for (const [index, reply] of replies.entries()) {
      expect(reply).toMatch(new RegExp(`^HTTP/1.1 ${all[index]?.status} `));
      const [head = '', body = ''] = reply.split('\r\n\r\n');
      expect(head).toMatch(/\r\nconnection: close/i);
      expect(Number(/content-length: (\d+)/i.exec(head)?.[1])).toBe(Buffer.byteLength(body, 'latin1'));
      expect(JSON.parse(body)).toEqual({ error: expect.any(String), message: expect.any(String) });
    }
  }
  await expect.poll(descriptors).toBeLessThanOrEqual(before + 2);
});
