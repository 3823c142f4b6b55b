import { freePort, freshHome, writeHomeFile } from './home.ts';
import { built, type RunningProgram, run, untilStarted } from './processes.ts';

/** A home whose files say the ports, as those of a person do; nothing of it comes by environment. */
export interface DoctoredHome {
  readonly home: string;
  readonly port: number;
  readonly gatewayPort: number;
}

/** One finding as `doctor --json` tells it. */
export interface ToldFinding {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly evidence: readonly string[];
  readonly fix: string;
}

/** What a run of `doctor --json` said. */
export interface ToldReport {
  readonly exitCode: number | string;
  readonly output: string;
  readonly codes: readonly string[];
  readonly findings: readonly ToldFinding[];
  readonly repairs: readonly { readonly state: string; readonly detail: string; readonly target: string }[];
  find(code: string): ToldFinding | undefined;
}

interface ConfiguredFiles {
  readonly launcher?: Readonly<Record<string, unknown>>;
  readonly gateway?: Readonly<Record<string, unknown>>;
}

/** Makes a home with free ports and a good token in its files. */
export async function doctoredHome({ launcher = {}, gateway = {} }: ConfiguredFiles = {}): Promise<DoctoredHome> {
  const home = freshHome();
  const [port, gatewayPort] = [await freePort(), await freePort()];
  writeHomeFile(home, 'launcher-config.json', { port, launcher_token: FILE_TOKEN, ...launcher });
  writeHomeFile(home, 'config.json', { gateway: { port: gatewayPort, ...gateway }, mine: { kept: true } });
  return { home, port, gatewayPort };
}

/** The launcher token that is written in a doctored home. */
export const FILE_TOKEN = 'file-token-correct-horse';

/** Starts the launcher of a home by its files, and waits until it has said where it is. */
export async function startByFiles(home: string, env: Readonly<Record<string, string>> = {}): Promise<RunningProgram> {
  const launcher = run(built('cli.js'), { home, args: ['--no-browser'], env: { HOME: home, ...env } });
  await untilStarted(launcher, home);
  return launcher;
}

/** Runs `doctor --json` on a home and reads what it said. */
export async function doctor(
  home: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<ToldReport> {
  const program = run(built('cli.js'), { home, args: ['doctor', '--json', ...args], env: { HOME: home, ...env } });
  const exitCode = await program.exited;
  const output = program.output();
  const json = program.stdout() || '{}';
  const { findings = [], repairs = [] } = JSON.parse(json) as Partial<Pick<ToldReport, 'findings' | 'repairs'>>;
  return {
    ...{ exitCode, output, findings, repairs },
    codes: findings.map(({ code }) => code),
    find: (code) => findings.find((finding) => finding.code === code),
  };
}
