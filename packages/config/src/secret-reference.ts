import { dirname, resolve } from 'node:path';
import { Secret } from '@picoclaw/auth';
import { readBoundedFile } from './bounded-file.ts';
import { ConfigError } from './config-error.ts';
import type { Environment } from './env.ts';

const MAX_SECRET_BYTES = 64 * 1024;
// The Go launcher writes this where the value stands in .security.yml.
const KEPT_ELSEWHERE = '[NOT_HERE]';

/** What a written secret stands for, or why it stands for nothing. */
export type ResolvedSecret =
  | { readonly ok: true; readonly secret: Secret }
  | { readonly ok: false; readonly reason: string };

/** A place holder, or nothing at all: the key counts as not set. */
export function isBlankSecret(written: unknown): boolean {
  return (
    written === undefined ||
    written === null ||
    written === KEPT_ELSEWHERE ||
    (typeof written === 'string' && written.trim() === '')
  );
}

/** The variable that `env://NAME` names. */
export function referencedVariable(written: string): string | undefined {
  return /^env:\/\/(.*)$/s.exec(written.trim())?.[1]?.trim();
}

/** Whether a written value only says where the secret is. */
export function isReference(written: unknown): boolean {
  return typeof written === 'string' && /^\s*(file|env|enc):\/\//.test(written);
}

/**
 * The secret behind a written value: the value itself, `file://` (absolute, or relative to the file it is written in)
 * or `env://NAME`. A reference that leads nowhere is a failure and never an empty secret.
 */
export function resolveSecret(
  written: string,
  writtenIn: string,
  environment: Pick<Environment, 'lookup'>,
): ResolvedSecret {
  const text = written.trim();
  if (text.startsWith('enc://')) {
    return { ok: false, reason: 'is encrypted (enc://), which is not supported; use file:// or env:// instead' };
  }
  const variable = referencedVariable(text);
  if (variable !== undefined) {
    const value = environment.lookup(variable);
    return value
      ? { ok: true, secret: new Secret(value) }
      : { ok: false, reason: `refers to the variable ${variable}, which is not set` };
  }
  return text.startsWith('file://') ? secretInFile(text, writtenIn) : { ok: true, secret: new Secret(text) };
}

function secretInFile(text: string, writtenIn: string): ResolvedSecret {
  const file = resolve(dirname(writtenIn), text.slice('file://'.length));
  try {
    const value = readBoundedFile(file, MAX_SECRET_BYTES)?.text.trim();
    if (value) return { ok: true, secret: new Secret(value) };
    return { ok: false, reason: `refers to ${file}, which ${value === undefined ? 'does not exist' : 'is empty'}` };
  } catch (error) {
    if (error instanceof ConfigError) return { ok: false, reason: `refers to a file that fails: ${error.message}` };
    throw error;
  }
}
