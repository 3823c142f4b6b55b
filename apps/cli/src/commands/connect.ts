import { type BuildCommand, createCommand } from '../command.ts';
import type { ConnectOptions } from '../connect/connect.ts';

const examples = [
  ['picoclaw-launcher connect', 'try all ways to this home'],
  ['picoclaw-launcher connect --json', 'the same for a program'],
  ['picoclaw-launcher connect --origin https://chat.example.org', 'as a page of that origin'],
  ['picoclaw-launcher connect --url http://localhost:18800', 'one address only'],
] as const;

/** `connect`: tries how a client of one's own gets to the chat, and says why where it does not. */
export const build: BuildCommand = (context, done) =>
  createCommand('connect', 'Tries every way to connect a client, and says what to change where one fails.', examples)
    .option('--json', 'for programs')
    .option('--url <address>', 'try this ws, wss, http or https address; tokens of this home go only to itself')
    .option('--token-file <path>', 'present the token in this file; - reads it from standard input')
    .option('--origin <origin>', 'connect as a page of this origin')
    .action(async ({ json = false, ...options }: ConnectOptions & { json?: boolean }) => {
      const { tryToConnect } = await import('../connect/connect.ts');
      const { exitCodeOf } = await import('../connect/report.ts');
      const report = await tryToConnect(context, options);
      if (json) context.print(JSON.stringify(report, undefined, 2));
      else (await import('../connect/print-report.ts')).printReport(report, context);
      done(exitCodeOf(report));
    });
