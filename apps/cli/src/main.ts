/**
 * The one program, `picoclaw-launcher`. Without a command it is the launcher, with `gateway` the gateway in the foreground;
 * either replaces this program in its own process, so that a Raspberry Pi keeps one Node less in memory. Every command
 * is loaded when it is asked for: `status` starts nearly as fast as Node itself.
 */
import { existsSync } from 'node:fs';
import { PICOCLAW_VERSION } from '@picoclaw/config';
import type { BuildCommand } from './command.ts';
import { ExitCode } from './exit-code.ts';

const commands: Readonly<Record<string, () => Promise<{ readonly build: BuildCommand }>>> = {
  connect: () => import('./commands/connect.ts'),
  gateway: () => import('./commands/gateway.ts'),
  service: () => import('./commands/service.ts'),
  status: () => import('./commands/status.ts'),
  token: () => import('./commands/token.ts'),
  tui: () => import('./commands/tui.ts'),
  doctor: () => import('./commands/doctor.ts'),
};

const [first = '', ...rest] = process.argv.slice(2);
const isGatewayItself = first === 'gateway' && (rest[0] === undefined || rest[0] === 'run' || rest[0].startsWith('-'));

if (first === '--version' || first === '-v' || first === '-version') process.stdout.write(`${PICOCLAW_VERSION}\n`);
else if (isGatewayItself && !rest.includes('--help')) await become('gateway', rest[0] === 'run' ? rest.slice(1) : rest);
else if (Object.hasOwn(commands, first)) await run(first);
else if (isMistyped(first)) await refuse(first);
else await become('launcher', process.argv.slice(2));

/** Goes on as another program of the build, with its arguments. */
async function become(program: 'launcher' | 'gateway', args: readonly string[]): Promise<void> {
  process.argv.splice(2, process.argv.length, ...args);
  await import(new URL(`${program}.js`, import.meta.url).href);
}

async function run(name: string): Promise<void> {
  const [{ build }, { runCommand }, { createContext }, { tellFailure }] = await Promise.all([
    commands[name]?.() ?? Promise.reject(new Error(`No command ${name}`)),
    import('./command.ts'),
    import('./context.ts'),
    import('./tell-failure.ts'),
  ]);
  // Whoever reads has enough (`| head`): nothing more is to be said, and nothing went wrong.
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) =>
    process.exit(code === 'EPIPE' ? ExitCode.ok : ExitCode.failed),
  );
  const context = createContext();
  process.exitCode = await runCommand(build, rest, context).catch((error: unknown) => tellFailure(error, context));
}

/** What is neither an option nor a file: the launcher would look for a configuration of that name. */
function isMistyped(word: string): boolean {
  return /^[a-z][a-z-]*$/.test(word) && !existsSync(word);
}

async function refuse(word: string): Promise<void> {
  const { closest } = await import('fastest-levenshtein');
  const names = Object.keys(commands);
  process.stderr.write(
    `error: Unknown command "${word}". Did you mean "${closest(word, names)}"? There are: ${names.join(', ')}.\n`,
  );
  process.exitCode = ExitCode.usage;
}
