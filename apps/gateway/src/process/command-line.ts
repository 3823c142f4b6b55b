import { longForm, PICOCLAW_VERSION } from '@picoclaw/config';
import { Command } from 'commander';
import { ExitCode } from './exit-code.ts';

/** What the command line says. */
export interface CommandLine {
  readonly configFile: string | undefined;
  readonly host: string | undefined;
  readonly port: string | undefined;
  readonly debug: boolean;
  readonly managed: boolean;
}

/** Reads the words after the program's name; ends the process on `--help`, `--version` and what it does not know. */
export function parseCommandLine(words: readonly string[]): CommandLine {
  const program = new Command('picoclaw-gateway')
    .description('The PicoClaw gateway: /health, /ready, /reload and the Pico channel on /pico/ws.')
    .version(PICOCLAW_VERSION)
    .argument('[words...]', 'an optional "run", then the configuration file')
    .option('--host <host>', 'where to listen, instead of gateway.host')
    .option('--port <port>', 'the port, instead of gateway.port')
    .option('-d, --debug', 'log at level debug', false)
    .option('-E, --allow-empty', 'start without a model; accepted for compatibility, this gateway always does', false)
    .option('--managed', 'started by a launcher over an IPC channel', false)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? ExitCode.stopped : ExitCode.usage))
    .parse(words.map(longForm), { from: 'user' });
  const options = program.opts<Omit<CommandLine, 'configFile'>>();
  const [configFile, tooMany] = program.args[0] === 'run' ? program.args.slice(1) : program.args;
  if (tooMany !== undefined) program.error(`error: one configuration file is enough, and "${tooMany}" is a second one`);
  const { host, port, debug, managed } = options;
  return { configFile, host, port, debug, managed };
}
