import { type BuildCommand, createCommand } from '../command.ts';

const examples = [
  ['picoclaw-launcher status', 'how everything is, on one screen'],
  ['picoclaw-launcher status --json', 'the same for a program'],
] as const;

/** `status`: launcher, gateway, tokens, exposure and the last errors; changes nothing. */
export const build: BuildCommand = (context, done) =>
  createCommand('status', 'Shows how launcher and gateway are, and which tokens count.', examples)
    .option('--json', 'for programs')
    .action(async ({ json = false }: { json?: boolean }) => {
      const { createReport, exitCodeOf } = await import('../status/report.ts');
      const report = await createReport(context);
      if (json) context.print(JSON.stringify(report, undefined, 2));
      else (await import('../status/print-report.ts')).printReport(report, context);
      done(exitCodeOf(report));
    });
