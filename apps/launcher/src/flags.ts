import { longForm, PICOCLAW_VERSION, problemOfConfigFile } from '@picoclaw/config';
import { Command, InvalidArgumentError, Option } from 'commander';

/** What the command line says. */
export interface LauncherFlags {
  readonly configFile?: string;
  readonly port?: number;
  readonly host?: string;
  readonly public?: boolean;
  readonly browser: boolean;
  readonly console?: boolean;
  readonly lang?: 'en' | 'zh';
  readonly debug?: boolean;
  readonly keepGateway?: boolean;
  readonly externalGateway?: boolean;
}

const EXAMPLES = `
Commands, each with --help of its own:
  connect, gateway, service, status, token, tui, doctor

Examples:
  picoclaw-launcher                         start, and open the browser on a desktop
  picoclaw-launcher --no-browser            start on a server
  picoclaw-launcher --public --port 8080    let other machines in, on another port`;

/** Reads the arguments behind the program's name. Prints help or what is wrong and ends the process (exit codes 0 and 2). */
export function parseFlags(args: readonly string[], exit: (code: number) => never = process.exit): LauncherFlags {
  const command = new Command('picoclaw-launcher')
    .description('Signs you in, runs the gateway, and brings the two together in the browser.')
    .argument('[config.json]', 'the configuration file (default: config.json in the home)')
    .option('--port <port>', 'the port to listen on (default: 18800)', parsePort)
    .option('--host <hosts>', 'the addresses to listen on, separated by commas (default: this machine only)')
    .option('--public', 'listen on all addresses')
    .option('--no-browser', 'do not open the browser')
    .option('--console', 'log what happens to the console')
    .addOption(new Option('--lang <language>', 'the language of the dashboard').choices(['en', 'zh']))
    .option('--debug', 'log everything, to the console too')
    .option('--keep-gateway', 'leave the gateway running when the launcher ends')
    .option('--external-gateway', 'never start a gateway; somebody else does')
    .version(PICOCLAW_VERSION, '-v, --version')
    .addHelpText('after', EXAMPLES)
    .exitOverride((error) => exit(error.exitCode === 0 ? 0 : 2))
    .parse(args.map(longForm), { from: 'user' });
  const [configFile] = command.args;
  const problem = configFile === undefined ? undefined : problemOfConfigFile(configFile);
  if (problem !== undefined) command.error(`error: ${problem}`);
  return { ...command.opts<LauncherFlags>(), ...(configFile !== undefined && { configFile }) };
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError('It is a number from 1 to 65535.');
}
