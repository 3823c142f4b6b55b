import { longForm } from '@picoclaw/config';
import { Command } from 'commander';
import { CliError } from './cli-error.ts';
import type { CliContext } from './context.ts';
import { ExitCode } from './exit-code.ts';

/** What a module of commands/ exports as `build`. */
export type BuildCommand = (context: CliContext, done: (code: ExitCode) => void) => Command;

/** A command of ours: examples in its help, the nearest name for a mistyped one. */
export function createCommand(
  name: string,
  description: string,
  examples: readonly (readonly [string, string])[],
): Command {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, meaning]) => `  ${line.padEnd(width)}  ${meaning}`);
  return new Command(`picoclaw-launcher ${name}`)
    .description(description)
    .addHelpText('after', `\nExamples:\n${lines.join('\n')}`)
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride((error) => {
      throw new CliError(error.exitCode === 0 ? ExitCode.ok : ExitCode.usage, '');
    });
}

/** Runs a command with what follows its name; answers with the exit code. */
export async function runCommand(build: BuildCommand, args: readonly string[], context: CliContext): Promise<ExitCode> {
  let code: ExitCode = ExitCode.ok;
  const command = build(context, (given) => {
    code = given;
  });
  await command.parseAsync(args.map(longForm), { from: 'user' });
  return code;
}
