import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const NAMES = ['picoclaw.localhost', 'localhost', 'picoclaw.example.com'];

interface CertifyOptions {
  readonly names?: readonly string[];
  readonly days?: number;
}

/** Puts a self-signed certificate and its key into a folder. */
export function certify(
  folder: string,
  { names: named = NAMES, days = 2 }: CertifyOptions = {},
): { readonly key: string; readonly certificate: string } {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const names = `subjectAltName=${named.map((name) => `DNS:${name}`).join()}`;
  const subject = ['-subj', `/CN=${named[0]}`, '-addext', names];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', String(days)];
  execFileSync('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', certificate], { stdio: 'pipe' });
  return { key, certificate };
}
