import type { LogEntry } from './log-store.ts';
import { logFileText } from './log-view.ts';

/** Long enough for a browser to have begun with the file. */
const REVOKE_AFTER_MS = 60_000;

/** Hands the lines to the person as a file, named for the moment. */
export function downloadLog(entries: readonly LogEntry[]): void {
  const url = URL.createObjectURL(new Blob([logFileText(entries)], { type: 'text/plain;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `picoclaw-gateway-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.log`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), REVOKE_AFTER_MS);
}
