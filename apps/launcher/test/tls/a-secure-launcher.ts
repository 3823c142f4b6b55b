import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { certify } from '../../../../tests/support/certify.ts';
import { createTls } from '../../src/tls/create-tls.ts';
import { aLauncher } from '../build-test-launcher.ts';

/** A launcher with TLS of its own that listens, the files of its certificate, and what it has logged. */
export async function aSecureLauncher(
  options: NonNullable<Parameters<typeof aLauncher>[0]> = {},
  { lookEveryMs = 60_000 } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-tls-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { certificate: cert, key } = certify(folder);
  chmodSync(key, 0o600);
  const logged: { code?: string; msg: string }[] = [];
  const keep = (line: Buffer, _encoding: string, done: () => void) => {
    logged.push(JSON.parse(String(line)));
    done();
  };
  const logger = pino({ level: 'debug' }, new Writable({ write: keep }));
  const made = createTls({ files: { cert, key }, logger, lookEveryMs });
  if (!made.ok) throw new Error(made.problem);
  const launcher = await aLauncher({ ...options, logger, override: { tls: made.tls } });
  const addresses = [{ host: '127.0.0.1' }, { host: '127.0.0.2' }];
  const [bound] = await launcher.app.bind({ addresses, port: 0, prepare: made.tls.secure });
  const port = bound?.port ?? 0;
  const ca = () => readFileSync(cert);
  return {
    ...launcher,
    ...{ tls: made.tls, cert, key, port, ca, logged },
    url: `https://localhost:${port}`,
    codes: () => logged.map(({ code }) => code),
    /** A connection that has its handshake behind it, with which certificate it was made. */
    async shake(): Promise<{ socket: TLSSocket; fingerprint: string }> {
      const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
      socket.on('error', () => {});
      onTestFinished(() => void socket.destroy());
      await new Promise((resolve) => socket.once('secureConnect', resolve));
      return { socket, fingerprint: socket.getPeerCertificate().fingerprint256 };
    },
    /** Puts another certificate in the place of the first, or only one of its two files. */
    renew({ parts = ['cert', 'key'] as readonly ('cert' | 'key')[] } = {}) {
      const fresh = certify(mkdtempSync(join(folder, 'fresh-')));
      if (parts.includes('cert')) copyFileSync(fresh.certificate, cert);
      if (parts.includes('key')) copyFileSync(fresh.key, key);
    },
  };
}
