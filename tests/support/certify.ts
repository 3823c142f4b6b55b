import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Puts a self-signed certificate for picoclaw.localhost and localhost, and its key, into a folder. */
export function certify(folder: string): { readonly key: string; readonly certificate: string } {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const names = 'subjectAltName=DNS:picoclaw.localhost,DNS:localhost';
  const subject = ['-subj', '/CN=picoclaw.localhost', '-addext', names];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', certificate], { stdio: 'pipe' });
  return { key, certificate };
}
