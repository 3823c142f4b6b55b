import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certify } from '../../../../tests/support/certify.ts';
import { checkCertificate } from '../../src/doctor/checks/certificate.ts';

const DAY_MS = 86_400_000;
const NAMES = { names: ['pico.example.com', '*.home.example'], days: 90 };
let folder = '';
let pair = { cert: '', key: '' };
let other = pair;

function aPair(name: string) {
  const made = certify(mkdtempSync(join(folder, name)), NAMES);
  chmodSync(made.key, 0o600);
  return { cert: made.certificate, key: made.key };
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'picoclaw-doctor-tls-'));
  pair = aPair('one-');
  other = aPair('other-');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Given {
  readonly tls?: { readonly cert?: string; readonly key?: string };
  readonly allowed?: string[];
  readonly proxies?: string[];
  readonly inDays?: number;
}

const look = ({ tls = pair, allowed = ['pico.example.com'], proxies = [], inDays = 1 }: Given = {}) =>
  checkCertificate(
    { tls: { cert: tls.cert, key: tls.key }, allowed_hosts: allowed, trusted_proxy_cidrs: proxies },
    { now: () => Date.now() + inDays * DAY_MS, ownNames: ['localhost', 'raspberry', 'raspberry.local'] },
  );

describe('the certificate', () => {
  it('is no trouble when it fits its key, is valid and for every name, nor when there is none', () => {
    expect(look()).toEqual([]);
    expect(look({ allowed: ['pico.example.com', 'any.home.example', '192.0.2.7', '*'] })).toEqual([]);
    expect(look({ tls: {} })).toEqual([]);
    expect(checkCertificate(undefined)).toEqual([]);
  });

  it('is an error when a file is missing, or it is not the key of it: which one, and what to do', () => {
    const missing = join(folder, 'missing.pem');
    expect(look({ tls: { cert: pair.cert, key: missing } })).toMatchObject([
      {
        ...{ code: 'certificate', severity: 'error', evidence: [`tls.key: ${missing} is not there`] },
        fix: 'put it there, or name another file',
      },
    ]);
    expect(look({ tls: { cert: pair.cert, key: other.key } })).toMatchObject([
      {
        severity: 'error',
        evidence: [`tls.key: ${other.key} is not the key of the first certificate in ${pair.cert}`],
        fix: 'name the two that were made together',
      },
    ]);
  });

  it('is warned of 14 days before it ends, and an error from then on, or before it begins', () => {
    expect(look({ inDays: 75 })).toEqual([]);
    expect(look({ inDays: 76.5 })).toMatchObject([
      { severity: 'warn', message: 'The certificate expires soon.', evidence: [expect.stringMatching(/in 13 days/)] },
    ]);
    expect(look({ inDays: 91 })).toMatchObject([{ severity: 'error', message: expect.stringMatching(/has expired/) }]);
    expect(look({ inDays: -1 })).toMatchObject([
      { severity: 'error', message: expect.stringMatching(/not valid yet/) },
    ]);
  });

  it('is warned of where it is not for a name that people were told, unless a proxy is in front', () => {
    const allowed = ['pico.example.com', 'deep.any.home.example', 'other.example'];
    expect(look({ allowed })).toMatchObject([
      {
        severity: 'warn',
        evidence: [`${pair.cert} is for pico.example.com`, 'not for deep.any.home.example, other.example'],
        fix: 'have one made for deep.any.home.example, other.example as well',
      },
    ]);
    expect(look({ allowed, proxies: ['127.0.0.1/32'] })).toEqual([]);
  });

  it('is warned of where the launcher goes by none of its names', () => {
    expect(look({ allowed: [] })).toMatchObject([
      {
        message: 'The certificate is for no name by which the launcher goes.',
        fix: '"allowed_hosts": ["pico.example.com"] in launcher-config.json, if people open it so',
      },
    ]);
  });

  it('has a key that nobody else may read', () => {
    chmodSync(other.key, 0o640);
    expect(look({ tls: other })).toMatchObject([
      { severity: 'warn', evidence: [expect.stringContaining('(mode 0640)')], fix: `run chmod 600 "${other.key}"` },
    ]);
  });
});
