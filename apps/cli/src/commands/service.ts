import type { ServiceKind } from '@picoclaw/config';
import { Option } from 'commander';
import { type BuildCommand, createCommand } from '../command.ts';
import { ExitCode } from '../exit-code.ts';

const examples = [
  ['picoclaw-launcher service install', 'have the launcher run from now on'],
  ['picoclaw-launcher service status', 'how it is, and what would start it again'],
  ['picoclaw-launcher service audit --json', 'what is wrong with the installed units'],
  ['picoclaw-launcher service uninstall', 'end it and leave nothing'],
] as const;

interface Options {
  readonly kind?: ServiceKind;
  readonly json?: boolean;
}

const loadDescriptions = () => import('../service/describe.ts');
const asJson = (value: unknown) => JSON.stringify(value, undefined, 2);

/** `service install|uninstall|start|stop|restart|status|audit`. */
export const build: BuildCommand = (context, done) => {
  const command = createCommand('service', 'Runs the launcher or the gateway as a service of the user.', examples);
  const about = (name: string, description: string, defaultKind?: ServiceKind) =>
    command
      .command(name)
      .description(description)
      .addOption(
        new Option('--kind <kind>', `launcher or gateway${defaultKind ? '' : ' (default: both)'}`)
          .choices(['launcher', 'gateway'])
          .default(defaultKind),
      );
  about('install', 'write its unit and start it; tokens of this shell go into the configuration', 'launcher')
    .option('--token-file <file>', 'its token, from a file; - for standard input')
    .option('--no-start', 'only write the unit')
    .option('--json', 'for programs')
    .action(async ({ kind = 'launcher', json = false, ...rest }: Options & { tokenFile?: string; start: boolean }) => {
      const { installService } = await import('../service/install.ts');
      const { auditInstalled } = await import('../service/audit-installed.ts');
      const { describeFinding, describeInstalled, installedJson } = await loadDescriptions();
      const installed = await installService(context, { kind, ...rest });
      // What other units still hold or do.
      const { findings } = await auditInstalled(context);
      if (json) context.print(asJson({ ...installedJson(installed), findings }));
      else for (const line of describeInstalled(installed)) context.print(line);
      if (!json) for (const line of findings.flatMap(describeFinding)) context.note(line);
      const isBad = installed.state?.state === 'failed' || installed.state?.state === 'restarting';
      done(isBad ? ExitCode.failed : ExitCode.ok);
    });
  about('uninstall', 'end it and remove its unit', 'launcher').action(async ({ kind = 'launcher' }: Options) => {
    const { uninstallService } = await import('../service/orders.ts');
    const { removed, notStopped } = await uninstallService(context, kind);
    context.print(
      removed.length === 0 ? `There is no service of the ${kind}.` : `The service of the ${kind} is removed.`,
    );
    if (notStopped !== undefined && removed.length > 0) context.note(`If it runs, it goes on: ${notStopped}.`);
  });
  for (const order of ['start', 'stop', 'restart'] as const) {
    about(order, `${order} it`, 'launcher').action(async ({ kind = 'launcher' }: Options) => {
      const { orderService } = await import('../service/orders.ts');
      const state = await orderService(context, order, kind);
      context.print(`The service of the ${kind} ${(await loadDescriptions()).describeState(state)}.`);
      done(order === 'stop' || state.state === 'running' ? ExitCode.ok : ExitCode.failed);
    });
  }
  about('status', 'how it is: exit code 0 when all that is installed runs, 3 when not')
    .option('--json', 'for programs')
    .action(async ({ kind, json = false }: Options) => {
      const { serviceStatus } = await import('../service/service-status.ts');
      const { describeStatus, statusJson } = await loadDescriptions();
      const all = await serviceStatus(context.environment, kind ? [kind] : ['launcher', 'gateway']);
      if (json) context.print(asJson({ services: all.map(statusJson) }));
      else for (const line of all.flatMap(describeStatus)) context.print(line);
      const wanted = all.filter(({ isInstalled }) => isInstalled);
      const isRunning = wanted.length > 0 && wanted.every(({ state }) => state.state === 'running');
      done(isRunning ? ExitCode.ok : ExitCode.notRunning);
    });
  about('audit', 'what is wrong with the installed units; exit code 1 when there is something')
    .option('--json', 'for programs')
    .action(async ({ kind, json = false }: Options) => {
      const { auditInstalled } = await import('../service/audit-installed.ts');
      const { describeFinding } = await loadDescriptions();
      const { units, findings, isClean } = await auditInstalled(context, kind);
      if (json) context.print(asJson({ units, findings }));
      else if (findings.length > 0) for (const line of findings.flatMap(describeFinding)) context.print(line);
      else
        context.print(
          units.length === 0
            ? 'No unit is installed.'
            : `Nothing to find in ${units.length === 1 ? 'the unit' : `the ${units.length} units`}.`,
        );
      done(isClean ? ExitCode.ok : ExitCode.failed);
    });
  return command;
};
