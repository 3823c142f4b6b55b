import { createColors } from 'picocolors';
import type { CliContext } from '../context.ts';
import { printFindings } from '../print-findings.ts';
import type { ConnectReport, WayReport } from './report.ts';
import type { Method, TargetName } from './way.ts';

const TARGETS: Readonly<Record<TargetName, string>> = {
  launcher: 'Launcher of this home',
  gateway: 'Gateway of this home, straight',
  given: 'The given address',
};

const METHODS: Readonly<Record<Method, string>> = {
  bearer: 'as Bearer',
  subprotocol: 'as subprotocol',
  query: 'as ?token= in the address',
  api: 'as Bearer at the API',
};

/** Prints what came of each way, and the one to take. */
export function printReport(
  { ways, recommended, findings }: ConnectReport,
  { print, hasColours }: Pick<CliContext, 'print' | 'hasColours'>,
): void {
  const colors = createColors(hasColours);
  ways.forEach((way, index) => {
    const before = ways[index - 1];
    if (before?.target !== way.target) {
      if (before !== undefined) print();
      print(`${colors.bold(TARGETS[way.target])}  ${way.method === 'api' ? '' : way.url}`.trimEnd());
    }
    const name = `${way.token} token ${METHODS[way.method]}`;
    if (way.ok) print(`  ${colors.green('✓')} ${name}  ${colors.dim(`${way.ms} ms`)}`);
    else print(`  ${colors.red('✗')} ${name}: ${way.reason}`);
    if (way.fix !== null && !saysTheSame(way, ways[index + 1])) print(colors.dim(`      ${way.fix}`));
  });
  print();
  printFindings(findings, { print, hasColours });
  if (findings.length > 0) print();
  if (recommended === null) {
    print(colors.red('No way works.'));
    return;
  }
  const { token, method, url, token_from: from, snippet } = recommended;
  print(`${colors.bold('Recommended')}  ${url}, ${token} token ${METHODS[method]}`);
  print(`  The token stands in ${from}`);
  print();
  for (const line of snippet.split('\n')) print(`  ${line}`);
}

/** What to change is said once, after the last of those that fail alike. */
function saysTheSame(way: WayReport, next: WayReport | undefined): boolean {
  return next?.fix === way.fix && next.target === way.target;
}
