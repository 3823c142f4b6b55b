import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { readCertificate } from '@picoclaw/config';
import { shedSlowReaders } from '@picoclaw/server';
import { expect, it, onTestFinished } from 'vitest';
import { certify } from '../../../../tests/support/certify.ts';
import { createSecurePort } from '../../src/tls/secure-port.ts';

/** More than the kernel takes off the server's hands. */
const LARGE = Buffer.alloc(32 * 1024 * 1024, 'x');

it('a peer that takes nothing of an answer over TLS is reset, and the process lives', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-tls-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { certificate: cert, key } = certify(folder);
  const check = readCertificate({ cert, key });
  if (!check.ok) throw new Error(check.problem);
  const server = createServer((_request, response) => response.end(LARGE));
  shedSlowReaders(server, 100);
  createSecurePort({ options: check.certificate.options }).secure(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }).pause();
  client.on('error', () => {});
  onTestFinished(() => {
    client.destroy();
    server.close();
  });
  await once(client, 'secureConnect');
  client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const openCount = () => new Promise((resolve) => server.getConnections((_error, count) => resolve(count)));
  await expect.poll(openCount).toBe(1);
  await expect.poll(openCount).toBe(0);
  // Not `once` of node:events, to which the reset would matter: Node 24 tells of it.
  const closed = new Promise((resolve) => client.once('close', resolve));
  client.resume();
  await closed;
  expect(client.bytesRead).toBeLessThan(LARGE.length);
});
