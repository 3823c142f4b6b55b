import { statSync } from 'node:fs';
import {
  type Certificate,
  type CertificateFiles,
  type CertificateProblem,
  ConfigError,
  type LauncherConfig,
  readCertificate,
} from '@picoclaw/config';
import type { FastifyBaseLogger } from 'fastify';
import { createSecurePort, type SecurePort } from './secure-port.ts';

/** TLS of the launcher's own. */
export interface Tls extends Pick<SecurePort, 'secure'> {
  /** The host names that the certificate is for. */
  readonly names: readonly string[];
  /** Takes the certificate as the files are now; one that is not fit for use changes nothing. */
  reload(): void;
  /** Stops watching the files and ends what is still in its handshake. */
  close(): void;
}

interface TlsOptions {
  readonly files: CertificateFiles;
  readonly logger: FastifyBaseLogger;
  /** How often the files are looked at. */
  readonly lookEveryMs?: number;
}

/** The certificate that the configuration names. Throws `ConfigError` that says which file is wrong, and how. */
export function createTlsOf({ tls: { cert = '', key = '' }, sources }: LauncherConfig, logger: FastifyBaseLogger): Tls {
  const check = createTls({ files: { cert, key }, logger });
  if (check.ok) return check.tls;
  const { path } = check;
  throw new ConfigError('config_invalid', [{ file: sources[path]?.from ?? '', path, message: sentence(check) }]);
}

const sentence = ({ problem, remedy }: CertificateProblem): string => `${problem}: ${remedy}`;

/** TLS with the certificate in these files, or what is wrong with it. */
export function createTls({ files, logger, lookEveryMs = 5_000 }: TlsOptions) {
  let taken = stateOf(files);
  const first = readCertificate(files);
  if (!first.ok) return first;
  const warn = ({ warnings }: Certificate) => {
    for (const one of warnings) logger.warn({ code: 'certificate_warning', what: one.what }, sentence(one));
  };
  const port = createSecurePort({
    options: first.certificate.options,
    onFailure: ({ code }) => logger.debug({ code: 'tls_handshake', reason: code }, 'a TLS handshake failed'),
  });
  warn(first.certificate);

  let { names } = first.certificate;
  const reload = () => {
    taken = stateOf(files);
    const next = readCertificate(files);
    if (!next.ok) {
      logger.error({ code: 'certificate_unusable' }, `${next.path}: ${sentence(next)}; the old one stays in use`);
      return;
    }
    const { certificate } = next;
    names = certificate.names;
    port.use(certificate.options);
    logger.info(
      { code: 'certificate_loaded', names, expires_at: new Date(certificate.expiresAt).toISOString() },
      'the certificate was loaded anew',
    );
    warn(certificate);
  };
  const watch = watchFiles(files, lookEveryMs, () => taken, reload);
  const tls: Tls = {
    get names() {
      return names;
    },
    secure: port.secure,
    reload,
    close() {
      clearInterval(watch);
      port.close();
    },
  };
  return { ok: true, tls } as const;
}

/**
 * Calls back when the files differ from those that were taken and have come to rest: certificate and key are written one
 * after the other. They are looked at, not watched for: who renews them changes links, folders or mounts on their way.
 */
function watchFiles(
  files: CertificateFiles,
  lookEveryMs: number,
  takenState: () => string,
  onChange: () => void,
): NodeJS.Timeout {
  let before = takenState();
  return setInterval(() => {
    const state = stateOf(files);
    const isAtRest = state === before;
    before = state;
    if (isAtRest && state !== takenState()) onChange();
  }, lookEveryMs).unref();
}

const stateOf = ({ cert, key }: CertificateFiles): string =>
  [cert, key]
    .map((file) => {
      const { ino, size, mtimeMs, ctimeMs } = statOf(file) ?? {};
      return [ino, size, mtimeMs, ctimeMs].join();
    })
    .join(' ');

/** Also a folder on the way may be gone, or closed to us. */
function statOf(file: string) {
  try {
    return statSync(file);
  } catch {
    return undefined;
  }
}
