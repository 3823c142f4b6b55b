import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { certify } from '../../../tests/support/certify.ts';
import { readCertificate } from '../src/certificate.ts';

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-tls-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The files of a certificate that is in order. */
function aPair(options?: Parameters<typeof certify>[1]) {
  const { key, certificate: cert } = certify(aFolder(), options);
  chmodSync(key, 0o600);
  return { cert, key };
}

function aFile(text: string): string {
  const file = join(aFolder(), 'some.pem');
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

it('a certificate and its key are taken, with the names that it is for', () => {
  const check = readCertificate(aPair({ names: ['pico.example.com', '*.example.com', 'localhost'], days: 90 }));
  expect(check).toMatchObject({ ok: true, certificate: { names: ['pico.example.com', 'localhost'], warnings: [] } });
});

it('what is wrong is said with its file, its option and what to do', () => {
  const { cert, key } = aPair();
  const other = aPair();
  const locked = join(aFolder(), 'locked.pem');
  execFileSync('openssl', ['pkey', '-in', key, '-aes256', '-passout', 'pass:geheim', '-out', locked], {
    stdio: 'pipe',
  });
  const folder = aFolder();
  const problemOf = (files: { cert: string; key: string }) => {
    const check = readCertificate(files);
    return check.ok ? 'none' : `${check.path}: ${check.problem}: ${check.remedy}`;
  };
  const missing = join(folder, 'missing.pem');
  expect(problemOf({ cert: missing, key })).toBe(
    `tls.cert: ${missing} is not there: put it there, or name another file`,
  );
  expect(problemOf({ cert, key: missing })).toMatch(/^tls\.key: .*missing\.pem is not there/);
  expect(problemOf({ cert, key: folder })).toMatch(/^tls\.key: \S+ cannot be read: is a directory/);
  expect(problemOf({ cert: key, key })).toMatch(/^tls\.cert: .*key\.pem holds no certificate: .*BEGIN CERTIFICATE/);
  expect(problemOf({ cert: aFile('nothing of use'), key })).toMatch(/^tls\.cert: .* holds no certificate/);
  expect(problemOf({ cert, key: cert })).toMatch(/^tls\.key: .*certificate\.pem holds no private key/);
  expect(problemOf({ cert, key: other.key })).toBe(
    `tls.key: ${other.key} is not the key of the first certificate in ${cert}: name the two that were made together`,
  );
  expect(problemOf({ cert, key: locked })).toMatch(
    /^tls\.key: .*locked\.pem is protected by a passphrase.*openssl pkey/,
  );
});

it('a key that others can read, and a certificate that ends soon or has ended, are warned about', () => {
  const files = aPair({ days: 10 });
  const warningsAt = (now?: () => number) => {
    const check = readCertificate(files, now);
    return check.ok ? check.certificate.warnings.map(({ problem, remedy }) => `${problem}: ${remedy}`) : check.problem;
  };
  const inDays = (days: number) => () => Date.now() + days * 86_400_000;
  expect(warningsAt(inDays(0.5))).toEqual([expect.stringMatching(/certificate\.pem expires in 9 days .*: renew it$/)]);
  expect(warningsAt(inDays(11))).toEqual([expect.stringMatching(/has expired .*: renew it$/)]);
  expect(warningsAt(inDays(-2))).toEqual([expect.stringMatching(/is not valid before .*: set the clock right/)]);
  chmodSync(files.key, 0o640);
  expect(warningsAt(inDays(0.5))).toContain(
    `${files.key} can be read or changed by other users (mode 0640): run chmod 600 "${files.key}"`,
  );
});
