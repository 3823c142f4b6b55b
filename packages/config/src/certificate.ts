import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { realpathSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { readBoundedFile } from './bounded-file.ts';
import { ConfigError } from './config-error.ts';

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
  readonly warnings: readonly CertificateWarning[];
  /** Whether a browser that goes to this name takes it for that one's. */
  covers(name: string): boolean;
}

/** What is wrong, with the file, and what to do about it. */
export interface CertificateProblem {
  readonly problem: string;
  readonly remedy: string;
}

/** What is wrong with a certificate that can be used. */
export interface CertificateWarning extends CertificateProblem {
  readonly what: 'not-yet-valid' | 'expired' | 'expires-soon' | 'key-is-open';
}

/** A key file that others than its owner can read or change. */
export interface OpenKey {
  /** Where links lead. */
  readonly file: string;
  readonly mode: number;
  readonly uid: number;
  /** The bits that it may have. */
  readonly wanted: number;
}

/** A certificate, or what is wrong with which file and what to do. */
export type CertificateCheck =
  | { readonly ok: true; readonly certificate: Certificate }
  | ({ readonly ok: false; readonly path: 'tls.cert' | 'tls.key' } & CertificateProblem);

const MAX_BYTES = 1024 * 1024;
const DAY_MS = 86_400_000;
const WARN_DAYS = 14;

class Unfit extends Error {
  readonly path: 'tls.cert' | 'tls.key';
  readonly remedy: string;

  constructor(path: 'tls.cert' | 'tls.key', problem: string, remedy: string) {
    super(problem);
    this.path = path;
    this.remedy = remedy;
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
        `${key} is not the key of the first certificate in ${cert}`,
        'name the two that were made together',
      );
    }
    // Nobody should be served by what was broken before TLS 1.2, whatever Node was started with.
    const options: SecureContextOptions = { cert: chain, key: secret, minVersion: 'TLSv1.2' };
    proveUsable(cert, options);
    const expiresAt = Date.parse(leaf.validTo);
    const warnings = [...validityWarnings(cert, leaf, now()), ...permissionWarnings(key)];
    const covers = (name: string) => (isIP(name) === 0 ? leaf.checkHost(name) : leaf.checkIP(name)) !== undefined;
    return { ok: true, certificate: { options, names: namesOf(leaf), expiresAt, warnings, covers } };
  } catch (error) {
    if (error instanceof Unfit) {
      const { path, message: problem, remedy } = error;
      return { ok: false, path, problem, remedy };
    }
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
    throw new Unfit(path, `${file} ${problem?.message}`, "it has to be a PEM file that the launcher's user may read");
  }
  throw new Unfit(path, `${file} is not there`, 'put it there, or name another file');
}

function parseChain(file: string, text: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch {
    const wanted = 'it has to be a PEM file with "-----BEGIN CERTIFICATE-----", the server\'s own first';
    throw new Unfit('tls.cert', `${file} holds no certificate`, wanted);
  }
}

function parseKey(file: string, text: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch {
    // Told by its marks (RFC 7468, 11; RFC 1421, 4.6.1.1): the error's code depends on Node's version.
    const isLocked = /BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(text);
    if (!isLocked) {
      const wanted = 'it has to be a PEM file with "-----BEGIN PRIVATE KEY-----"';
      throw new Unfit('tls.key', `${file} holds no private key`, wanted);
    }
    throw new Unfit(
      'tls.key',
      `${file} is protected by a passphrase, which nobody can be asked for`,
      'write one without (openssl pkey -in … -out …)',
    );
  }
}

/** What only OpenSSL finds: keys that are too short, chains that do not parse. */
function proveUsable(file: string, options: SecureContextOptions): void {
  try {
    // Every command loads this package, and hardly any needs TLS.
    process.getBuiltinModule('node:tls').createSecureContext(options);
  } catch (error) {
    const problem = `${file} cannot be used (${error instanceof Error ? error.message : error})`;
    throw new Unfit('tls.cert', problem, 'have another one made, by an authority or a program of these days');
  }
}

const namesOf = ({ subjectAltName = '' }: X509Certificate): string[] =>
  [...subjectAltName.matchAll(/DNS:([\w-][\w.-]*)/g)].map(([, name = '']) => name.toLowerCase());

function validityWarnings(file: string, { validFrom, validTo }: X509Certificate, now: number): CertificateWarning[] {
  const warning = (what: CertificateWarning['what'], problem: string, remedy: string) => [{ what, problem, remedy }];
  if (Date.parse(validFrom) > now) {
    return warning('not-yet-valid', `${file} is not valid before ${validFrom}`, 'set the clock right, or wait');
  }
  const daysLeft = Math.floor((Date.parse(validTo) - now) / DAY_MS);
  if (daysLeft < 0) return warning('expired', `${file} has expired (${validTo})`, 'renew it');
  if (daysLeft >= WARN_DAYS) return [];
  return warning('expires-soon', `${file} expires in ${daysLeft} days (${validTo})`, 'renew it');
}

function permissionWarnings(key: string): CertificateWarning[] {
  const open = openKeyOf(key);
  if (open === undefined) return [];
  const problem = `${key} can be read or changed by other users (mode ${open.mode.toString(8).padStart(4, '0')})`;
  return [
    { what: 'key-is-open', problem, remedy: `run chmod ${open.wanted.toString(8)} ${JSON.stringify(open.file)}` },
  ];
}

/**
 * Whether others can read or change a key. One that belongs to somebody else may be readable for a group of ours: that is
 * how some systems share it.
 */
export function openKeyOf(key: string): OpenKey | undefined {
  if (process.platform === 'win32') return undefined;
  const file = realpathSync(key);
  const { mode: bits, uid } = statSync(file);
  const mode = bits & 0o777;
  const isOurs = uid === process.getuid?.();
  if ((mode & (isOurs ? 0o077 : 0o007)) === 0) return undefined;
  return { file, mode, uid, wanted: isOurs ? 0o600 : mode & 0o660 };
}
