import { built, run } from './processes.ts';

/** What a command came to. */
export interface CliOutcome {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

interface CliOptions {
  readonly home: string;
  readonly env?: Readonly<Record<string, string>>;
  /** An installed one instead. */
  readonly program?: string;
}

/** Runs `picoclaw-launcher` of the build with arguments, to its end. */
export async function cli(args: readonly string[], options: CliOptions): Promise<CliOutcome> {
  const program = run(options.program ?? built('cli.js'), { ...options, args });
  const code = await program.exited;
  return { code, stdout: program.stdout(), stderr: program.stderr() };
}
