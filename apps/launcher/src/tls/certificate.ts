import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { statSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { ConfigError, readBoundedFile } from '@picoclaw/config';

/** The files of `tls` in launcher-config.json. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** A certificate chain with its key, both fit for use. */
export interface Certificate {
  readonly options: SecureContextOptions;
  /** The host names that it is for; of wildcards none. */
  readonly names: readonly string[];
  /** Unix milliseconds. */
  readonly expiresAt: number;
  /** What people should look after, though it works. */
  readonly warnings: readonly string[];
}

/** A certificate, or what is wrong with which file and what to do. */
export type CertificateCheck =
  | { readonly ok: true; readonly certificate: Certificate }
  | { readonly ok: false; readonly path: 'tls.cert' | 'tls.key'; readonly message: string };

const MAX_BYTES = 1024 * 1024;
const DAY_MS = 86_400_000;
const WARN_DAYS = 14;

class Unfit extends Error {
  readonly path: 'tls.cert' | 'tls.key';

  constructor(path: 'tls.cert' | 'tls.key', message: string) {
    super(message);
    this.path = path;
  }
}

/** Reads certificate and key and proves that they belong together. */
export function readCertificate({ cert, key }: CertificateFiles, now = Date.now): CertificateCheck {
  try {
    const chain = readPem('tls.cert', cert);
    const secret = readPem('tls.key', key);
    const leaf = parseChain(cert, chain);
    if (!leaf.checkPrivateKey(parseKey(key, secret))) {
      throw new Unfit(
        'tls.key',
        `${key} is not the key of the first certificate in ${cert}: name the two that were made together`,
      );
    }
    // Nobody should be served by what was broken before TLS 1.2, whatever Node was started with.
    const options: SecureContextOptions = { cert: chain, key: secret, minVersion: 'TLSv1.2' };
    proveUsable(cert, options);
    const expiresAt = Date.parse(leaf.validTo);
    const warnings = [...validityWarnings(cert, leaf, now()), ...permissionWarnings(key)];
    return { ok: true, certificate: { options, names: namesOf(leaf), expiresAt, warnings } };
  } catch (error) {
    if (error instanceof Unfit) return { ok: false, path: error.path, message: error.message };
    throw error;
  }
}

function readPem(path: Unfit['path'], file: string): string {
  try {
    const found = readBoundedFile(file, MAX_BYTES);
    if (found !== undefined) return found.text;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const [problem] = error.problems;
    throw new Unfit(path, `${file} ${problem?.message}: it has to be a PEM file that the launcher's user may read`);
  }
  throw new Unfit(path, `${file} is not there: put it there, or name another file`);
}

function parseChain(file: string, text: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch {
    const wanted = 'it has to be a PEM file with "-----BEGIN CERTIFICATE-----", the server\'s own first';
    throw new Unfit('tls.cert', `${file} holds no certificate: ${wanted}`);
  }
}

function parseKey(file: string, text: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch {
    // Told by its marks (RFC 7468, 11; RFC 1421, 4.6.1.1): the error's code depends on Node's version.
    const isLocked = /BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(text);
    throw new Unfit(
      'tls.key',
      isLocked
        ? `${file} is protected by a passphrase, which nobody can be asked for: write one without (openssl pkey -in … -out …)`
        : `${file} holds no private key: it has to be a PEM file with "-----BEGIN PRIVATE KEY-----"`,
    );
  }
}

/** What only OpenSSL finds: keys that are too short, chains that do not parse. */
function proveUsable(file: string, options: SecureContextOptions): void {
  try {
    createSecureContext(options);
  } catch (error) {
    throw new Unfit('tls.cert', `${file} cannot be used: ${error instanceof Error ? error.message : error}`);
  }
}

const namesOf = ({ subjectAltName = '' }: X509Certificate): string[] =>
  [...subjectAltName.matchAll(/DNS:([\w-][\w.-]*)/g)].map(([, name = '']) => name.toLowerCase());

function validityWarnings(file: string, { validFrom, validTo }: X509Certificate, now: number): string[] {
  if (Date.parse(validFrom) > now) return [`${file} is not valid before ${validFrom}: set the clock right, or wait`];
  const daysLeft = Math.floor((Date.parse(validTo) - now) / DAY_MS);
  if (daysLeft < 0) return [`${file} has expired (${validTo}): renew it`];
  return daysLeft < WARN_DAYS ? [`${file} expires in ${daysLeft} days (${validTo}): renew it`] : [];
}

/** A key that belongs to somebody else may be readable for a group of ours: that is how some systems share it. */
function permissionWarnings(file: string): string[] {
  if (process.platform === 'win32') return [];
  const { mode, uid } = statSync(file);
  const tooMany = uid === process.getuid?.() ? 0o077 : 0o007;
  if ((mode & tooMany) === 0) return [];
  const octal = (mode & 0o777).toString(8).padStart(4, '0');
  return [`${file} can be read or changed by other users (mode ${octal}); run: chmod 600 ${JSON.stringify(file)}`];
}
