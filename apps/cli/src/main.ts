#!/usr/bin/env node
/**
 * The one program, `picoclaw-launcher`. Without a command it is the launcher, with `gateway` the gateway in the foreground;
 * either replaces this program in its own process, so that a Raspberry Pi keeps one Node less in memory. Every command
 * is loaded when it is asked for: `status` starts nearly as fast as Node itself.
 */
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { PICOCLAW_VERSION } from '@picoclaw/config';
import type { BuildCommand } from './command.ts';
import { ExitCode } from './exit-code.ts';
import { runProgram } from './program/run-program.ts';

const commands: Readonly<Record<string, () => Promise<{ readonly build: BuildCommand }>>> = {
  connect: () => import('./commands/connect.ts'),
  gateway: () => import('./commands/gateway.ts'),
  service: () => import('./commands/service.ts'),
  status: () => import('./commands/status.ts'),
  token: () => import('./commands/token.ts'),
  tui: () => import('./commands/tui.ts'),
  doctor: () => import('./commands/doctor.ts'),
};

const given = process.argv.slice(2);
// As git has it: `help gateway` is `gateway --help`.
const [first = '', ...rest] = given[0] === 'help' ? [...given.slice(1), '--help'] : given;
const isGatewayItself = first === 'gateway' && (rest[0] === undefined || rest[0] === 'run' || rest[0].startsWith('-'));
const wantsHelp = rest.some((word) => ['--help', '-help', '-h'].includes(word));

if (['--version', '-v', '-version', 'version'].includes(first)) tellVersion();
else if (isGatewayItself && !wantsHelp) become('gateway', rest[0] === 'run' ? rest.slice(1) : rest);
else if (Object.hasOwn(commands, first)) await run(first);
else if (isCommandLine(first)) become('launcher', given.length === 0 ? [] : [first, ...rest]);
else await refuse();

/** Goes on as another program of the build, with its arguments. */
function become(program: 'launcher' | 'gateway', args: readonly string[]): void {
  if (process.pid === 1) endAsAnyOther();
  process.argv.splice(2, process.argv.length, ...args);
  runProgram(fileURLToPath(new URL(`${program}.cjs`, import.meta.url)));
}

/**
 * The kernel spares pid 1, which this is in a container without an init, every signal that it has no listener for. Until
 * the program has its own, they end it as they would any other process.
 */
function endAsAnyOther(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) process.exit(128 + constants.signals[signal]);
    });
  }
}

async function run(name: string): Promise<void> {
  const [{ build }, { runCommand }, { createContext }, { tellFailure }] = await Promise.all([
    commands[name]?.() ?? Promise.reject(new Error(`No command ${name}`)),
    import('./command.ts'),
    import('./context.ts'),
    import('./tell-failure.ts'),
  ]);
  endWithReader();
  const context = createContext();
  process.exitCode = await runCommand(build, rest, context).catch((error: unknown) => tellFailure(error, context));
}

function tellVersion(): void {
  endWithReader();
  process.stdout.write(`${PICOCLAW_VERSION}\n`);
}

/** Whoever reads has enough (`| head`): nothing more is to be said, and nothing went wrong. */
function endWithReader(): void {
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) =>
    process.exit(code === 'EPIPE' ? ExitCode.ok : ExitCode.failed),
  );
}

/** Whether the launcher is to judge it: options, or a file. A bare word that is no file was meant as a command. */
function isCommandLine(word: string): boolean {
  if (word.startsWith('-')) return misplacedCommand() === undefined;
  return !/^\w[\w-]*$/.test(word) || existsSync(word);
}

/** The command of `--json status`, which has to come first; the word behind `--host` is the name of a host. */
function misplacedCommand(): string | undefined {
  if (!first.startsWith('-')) return undefined;
  return rest.find((word, index) => {
    const before = rest[index - 1] ?? first;
    return Object.hasOwn(commands, word) && !/^--?(host|port|lang)$/.test(before) && !existsSync(word);
  });
}

async function refuse(): Promise<void> {
  const { explainUnknown } = await import('./unknown-command.ts');
  process.stderr.write(`error: ${explainUnknown([first, ...rest], misplacedCommand(), Object.keys(commands))}\n`);
  process.exitCode = ExitCode.usage;
}
