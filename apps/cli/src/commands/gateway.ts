import { CliError } from '../cli-error.ts';
import { type BuildCommand, createCommand } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { readHomePidFile } from '../facts/pid-file.ts';

const examples = [
  ['picoclaw-launcher gateway', 'run it here, until Ctrl-C'],
  ['picoclaw-launcher gateway start', 'run it in the background'],
  ['picoclaw-launcher gateway status --json', 'how it is, for a script'],
  ['picoclaw-launcher gateway logs -f', 'its log, as it is written'],
] as const;

/** `gateway start|stop|restart|status|reload|logs`; by itself, or with `run`, it is the gateway (main.ts). */
export const build: BuildCommand = (context, done) => {
  const command = createCommand('gateway', 'Runs the gateway, or manages one that runs.', examples);
  const orders = async () => import('../gateway/orders.ts');
  // Never gets here but for its help: main.ts hands it over to the gateway itself.
  command
    .command('run')
    .description('be the gateway, in the foreground')
    .argument('[config.json]', 'the configuration file (default: config.json in the home)')
    .option('--host <host>', 'where to listen, instead of gateway.host')
    .option('--port <port>', 'the port, instead of gateway.port')
    .option('-d, --debug', 'log everything');
  command
    .command('start')
    .description('start it in the background')
    .action(async () => {
      const { startGateway } = await orders();
      const started = await startGateway(context);
      context.print(`The gateway runs at ${started.address}, pid ${started.pid}.`);
    });
  command
    .command('stop')
    .description('end it')
    .action(async () => {
      const { stopRunningGateway } = await orders();
      await stopRunningGateway(context);
      context.print('The gateway is stopped.');
    });
  command
    .command('restart')
    .description('end it and start it again')
    .action(async () => {
      const { restartGateway } = await orders();
      const started = await restartGateway(context);
      context.print(`The gateway runs at ${started.address}, pid ${started.pid}.`);
    });
  command
    .command('reload')
    .description('have it read its configuration again')
    .action(async () => {
      const { reloadRunningGateway } = await orders();
      await reloadRunningGateway(context);
      context.print('The gateway has read its configuration again.');
    });
  command
    .command('status')
    .description('how it is')
    .option('--json', 'for programs')
    .action(async ({ json = false }: { json?: boolean }) => {
      const { describeState } = await import('../gateway/describe.ts');
      const described = describeState(await readHomePidFile(context), context.paths.pidFile);
      context.print(json ? JSON.stringify(described.json, undefined, 2) : described.text);
      done(described.isRunning ? ExitCode.ok : ExitCode.notRunning);
    });
  command
    .command('logs')
    .description('the last lines of its log')
    .option('-f, --follow', 'go on with what comes')
    .option('-n, --lines <count>', 'how many lines', '50')
    .action(async ({ follow = false, lines }: { follow?: boolean; lines: string }) => {
      if (!/^\d{1,6}$/.test(lines)) throw new CliError(ExitCode.usage, `--lines is a number, not "${lines}".`);
      const { printLog } = await import('../gateway/print-log.ts');
      await printLog(context, { lines: Number(lines), follow });
    });
  return command;
};
