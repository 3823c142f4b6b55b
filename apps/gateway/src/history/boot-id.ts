import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

/** Tells one run of the machine from the next: Linux says so itself, elsewhere it is the minute in which it began. */
export function readBootId(path = '/proc/sys/kernel/random/boot_id'): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return `${Math.round((Date.now() / 1_000 - uptime()) / 60)}`;
  }
}
