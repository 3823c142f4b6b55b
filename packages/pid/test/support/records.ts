import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@picoclaw/auth';
import { onTestFinished } from 'vitest';
import { type PidRecord, serializePidRecord } from '../../src/index.ts';

export const TOKEN = '0123456789abcdef0123456789abcdef';

/** Greater than any pid that Linux hands out (2^22), so nobody has it. */
export const NOBODY = 2 ** 31 - 1;

/** A record with the five shared fields and whatever a test adds. */
export function aRecord(changes: Partial<PidRecord> = {}): PidRecord {
  return { pid: NOBODY, token: new Secret(TOKEN), version: '1.2.3', port: 18790, host: '127.0.0.1', ...changes };
}

/** A directory of its own for the running test, removed with it. */
export function temporaryHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'picoclaw-pid-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

/** A pid file with these bytes or this record in a home of its own. */
export function aPidFile(content: PidRecord | string | Uint8Array): string {
  const path = join(temporaryHome(), '.picoclaw.pid');
  const bytes = typeof content === 'string' || content instanceof Uint8Array ? content : serializePidRecord(content);
  writeFileSync(path, bytes, { mode: 0o600 });
  return path;
}
