import type { Finding } from '@picoclaw/findings';
import { createColors } from 'picocolors';
import type { CliContext } from './context.ts';

const WIDTH = 15;

/** Prints findings below a report: code and message, then the evidence, then what to do. */
export function printFindings(
  findings: readonly Finding[],
  { print, hasColours }: Pick<CliContext, 'print' | 'hasColours'>,
): void {
  const colors = createColors(hasColours);
  const indent = ' '.repeat(WIDTH);
  for (const { code, message, evidence, fix } of findings) {
    print(`  ${colors.red(code.padEnd(WIDTH))}${message}`);
    for (const seen of evidence) print(`  ${indent}${colors.dim(seen)}`);
    print(`  ${indent}${fix}`);
  }
}
