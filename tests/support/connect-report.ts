import { join } from 'node:path';
import type { ConnectReport } from '../../apps/cli/src/connect/report.ts';
import { cli } from './cli.ts';
import { writeHomeFile } from './home.ts';
import type { RunningLauncher } from './processes.ts';

/** What `connect` came to. */
export interface Connected {
  readonly code: number | string;
  readonly report: ConnectReport;
  /** The reason codes by `target token method`. */
  readonly reasons: Readonly<Record<string, string>>;
  readonly stderr: string;
}

/** The ports of a launcher, for commands that are to find it. */
export const portsOf = ({ port, gatewayPort }: Pick<RunningLauncher, 'port' | 'gatewayPort'>) => ({
  PICOCLAW_LAUNCHER_PORT: String(port),
  PICOCLAW_GATEWAY_PORT: String(gatewayPort),
});

/** Runs `connect --json`. */
export async function connectReport(
  home: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Connected> {
  const { code, stdout, stderr } = await cli(['connect', '--json', ...args], { home, env });
  if (stdout === '') throw new Error(`connect printed nothing: ${code} ${stderr}`);
  const report = JSON.parse(stdout) as ConnectReport;
  const named = report.ways.map((way) => [`${way.target} ${way.token} ${way.method}`, way.reason_code]);
  return { code, report, reasons: Object.fromEntries(named) as Record<string, string>, stderr };
}

/** Writes a token into a file of the home; answers with its path. */
export function tokenFile(home: string, token: string): string {
  writeHomeFile(home, 'given-token', `${token}\n`);
  return join(home, 'given-token');
}
