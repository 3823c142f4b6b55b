import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { type Certificate, type CertificateWarning, type LauncherConfig, readCertificate } from '@picoclaw/config';
import { boundEvidence, type Finding } from '@picoclaw/findings';

type Configured = Pick<LauncherConfig, 'tls' | 'allowed_hosts' | 'trusted_proxy_cidrs'>;

interface World {
  readonly now?: () => number;
  /** The names of this machine, by which the launcher goes without being told. */
  readonly ownNames?: readonly string[];
}

const SEVERITY: Readonly<Record<CertificateWarning['what'], Finding['severity']>> = {
  'not-yet-valid': 'error',
  expired: 'error',
  'expires-soon': 'warn',
  'key-is-open': 'warn',
};

/** A certificate that the launcher could not start with, that browsers refuse or soon will, or whose key is not secret. */
export function checkCertificate(config: Configured | undefined, world: World = {}): Finding[] {
  const { cert, key } = config?.tls ?? {};
  if (config === undefined || cert === undefined || key === undefined) return [];
  const check = readCertificate({ cert, key }, world.now);
  if (!check.ok) {
    const { path, problem, remedy } = check;
    const message =
      'The certificate cannot be used: the launcher does not start with it, or stays with the one before.';
    return [
      {
        code: 'certificate',
        severity: 'error',
        message,
        evidence: boundEvidence([`${path}: ${problem}`]),
        fix: remedy,
      },
    ];
  }
  const { certificate } = check;
  return [...certificate.warnings.map(told), ...checkNames(config, { cert, certificate }, world.ownNames)];
}

const told = ({ what, problem, remedy }: CertificateWarning): Finding => ({
  code: 'certificate',
  severity: SEVERITY[what],
  message: MESSAGES[what],
  evidence: boundEvidence([problem]),
  fix: remedy,
});

const MESSAGES: Readonly<Record<CertificateWarning['what'], string>> = {
  'not-yet-valid': 'The certificate is not valid yet: browsers and programs refuse it.',
  expired: 'The certificate has expired: browsers and programs refuse it.',
  'expires-soon': 'The certificate expires soon.',
  'key-is-open': 'Other users can read or change the key of the certificate.',
};

/** Names that the operator has given the launcher, else those of the machine. Behind a proxy names are the proxy's concern. */
function checkNames(
  { allowed_hosts: allowed, trusted_proxy_cidrs: proxies }: Configured,
  { cert, certificate }: { readonly cert: string; readonly certificate: Certificate },
  ownNames: readonly string[] = namesOfThisMachine(),
): Finding[] {
  if (proxies.length > 0) return [];
  const named = allowed.filter((name) => name !== '*' && isIP(name) === 0);
  const missed = named.filter((name) => !certificate.covers(name));
  // Whoever opened it by a name of the certificate would be refused, or it has none.
  const isForNobody = allowed.length === 0 && !ownNames.some((name) => certificate.covers(name));
  if (missed.length === 0 && !isForNobody) return [];
  const names = certificate.names.slice(0, 3);
  return [
    {
      code: 'certificate',
      severity: 'warn',
      message: isForNobody
        ? 'The certificate is for no name by which the launcher goes.'
        : 'Browsers warn of the certificate at a name in allowed_hosts.',
      evidence: boundEvidence([
        `${cert} is for ${names.join(', ') || 'no host name'}`,
        isForNobody ? `the launcher goes by ${ownNames.join(', ')}` : `not for ${missed.join(', ')}`,
      ]),
      fix:
        isForNobody && names.length > 0
          ? `"allowed_hosts": ${JSON.stringify(names)} in launcher-config.json, if people open it so`
          : `have one made for ${(isForNobody ? ownNames : missed).join(', ')} as well`,
    },
  ];
}

function namesOfThisMachine(): string[] {
  const full = hostname().toLowerCase();
  const bare = full.split('.')[0] ?? full;
  return [...new Set(['localhost', full, bare, `${bare}.local`])];
}
