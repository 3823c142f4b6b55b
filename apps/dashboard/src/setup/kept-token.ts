import { readStored, writeStored } from '../storage.ts';

const KEY = 'picoclaw.setup-kept';

/** Whether somebody chose in this browser to stay with the generated token; then nobody is asked again at each visit. */
export function keptGeneratedToken(): boolean {
  return readStored(KEY) !== undefined;
}

/** Remembers that choice. */
export function keepGeneratedToken(): void {
  writeStored(KEY, 'yes');
}
