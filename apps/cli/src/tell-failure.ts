import { ConfigError } from '@picoclaw/config';
import { PidFileError } from '@picoclaw/pid';
import { CliError } from './cli-error.ts';
import type { CliContext } from './context.ts';
import { ExitCode } from './exit-code.ts';

/** Says on stderr why a command ended, one line of cause and one of remedy; a stack only for what should not happen. */
export function tellFailure(error: unknown, { note }: Pick<CliContext, 'note'>): ExitCode {
  if (error instanceof CliError) {
    // The parser of the command line has said it already.
    if (error.message !== '') note(`error: ${error.message}`);
    if (error.hint !== undefined) note(`  ${error.hint}`);
    return error.exitCode;
  }
  if (error instanceof ConfigError || error instanceof PidFileError) {
    note(`error: ${error.message}`);
    return ExitCode.operator;
  }
  note(`error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return ExitCode.failed;
}
