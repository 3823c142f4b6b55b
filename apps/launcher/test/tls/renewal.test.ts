import { once } from 'node:events';
import { chmodSync, rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { aSecureLauncher } from './a-secure-launcher.ts';

it('a renewed certificate is taken for new connections, while those that are open stay', async () => {
  const { shake, renew, tls, codes } = await aSecureLauncher();
  const before = await shake();
  renew();
  tls.reload();
  const after = await shake();
  expect(after.fingerprint).not.toBe(before.fingerprint);
  before.socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const [answer] = await once(before.socket, 'data');
  expect(String(answer)).toContain('200 OK');
  expect(codes()).toContain('certificate_loaded');
});

it('one that is not fit for use changes nothing, says so, and is made up for by the next', async () => {
  const { shake, renew, tls, key, logged } = await aSecureLauncher();
  const { fingerprint } = await shake();
  const said = () => logged.filter(({ code }) => code === 'certificate_unusable').map(({ msg }) => msg);
  renew({ parts: ['cert'] });
  tls.reload();
  expect(said()).toEqual([expect.stringMatching(/^tls\.key: .* is not the key of .*; the old one stays in use$/)]);
  rmSync(key);
  tls.reload();
  expect(said().at(-1)).toMatch(/key\.pem is not there/);
  expect((await shake()).fingerprint).toBe(fingerprint);
  renew();
  chmodSync(key, 0o644);
  tls.reload();
  expect((await shake()).fingerprint).not.toBe(fingerprint);
  expect(logged.at(-1)).toMatchObject({ code: 'certificate_warning', msg: expect.stringContaining('chmod 600') });
});

it('changed files are noticed by themselves, once both have been written', async () => {
  const { shake, renew, codes } = await aSecureLauncher({}, { lookEveryMs: 50 });
  const { fingerprint } = await shake();
  renew();
  await expect.poll(async () => (await shake()).fingerprint).not.toBe(fingerprint);
  expect(codes().filter((code) => code === 'certificate_loaded')).toHaveLength(1);
});
