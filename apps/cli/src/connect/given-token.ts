import { resolve } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { Secret } from '@picoclaw/auth';
import { readBoundedFile } from '@picoclaw/config';
import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';

/** A token that the caller brings, and how a shell gets at it again. */
export interface GivenToken {
  readonly value: Secret;
  /** The file, `standard input` or `the terminal`. */
  readonly from: string;
  readonly file?: string;
}

interface GivenTokenOptions {
  readonly stdin?: NodeJS.ReadStream;
  readonly ask?: () => Promise<string>;
}

const MAX_BYTES = 64 * 1024;

/** Reads `--token-file`: a file, or standard input for `-`. Throws `CliError`, and `ConfigError` for a file that fails. */
export async function readTokenFile(
  file: string,
  { stdin = process.stdin }: GivenTokenOptions = {},
): Promise<GivenToken> {
  if (file === '-') return tokenOf(await readText(stdin), 'standard input');
  const path = resolve(file);
  const found = readBoundedFile(path, MAX_BYTES);
  if (found === undefined) throw new CliError(ExitCode.usage, `--token-file: ${path} does not exist.`);
  return { ...tokenOf(found.text, path), file: path };
}

/** Asks for the token of another target; without a terminal there is nobody to ask. Throws `CliError`. */
export async function askForToken(
  host: string,
  { stdin = process.stdin, ask = () => askHidden(host) }: GivenTokenOptions = {},
): Promise<GivenToken> {
  if (stdin.isTTY !== true) {
    throw new CliError(
      ExitCode.usage,
      `${host} is not this home's launcher or gateway, so its tokens are not for it.`,
      'Give the token of that place: --token-file <path>, or --token-file - for standard input.',
    );
  }
  return tokenOf(await ask(), 'the terminal');
}

async function askHidden(host: string): Promise<string> {
  const { default: password } = await import('@inquirer/password');
  // Standard output is for the answer alone.
  return password({ message: `Token for ${host}`, mask: '•' }, { output: process.stderr }).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'ExitPromptError')
      throw new CliError(ExitCode.failed, 'Interrupted: nothing was tried.');
    throw error;
  });
}

function tokenOf(text: string, from: string): GivenToken {
  const token = text.trim();
  if (token !== '') return { value: new Secret(token), from };
  throw new CliError(ExitCode.usage, `There is no token in ${from}.`);
}
