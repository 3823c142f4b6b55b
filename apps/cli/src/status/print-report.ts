import { createColors } from 'picocolors';
import type { CliContext } from '../context.ts';
import { printFindings } from '../print-findings.ts';
import type { StatusReport } from './report.ts';

const WIDTH = 15;

/** Prints a report on one screen. */
export function printReport(
  report: StatusReport,
  { print, hasColours }: Pick<CliContext, 'print' | 'hasColours'>,
): void {
  const colors = createColors(hasColours);
  const line = (name: string, text: string) => print(`  ${colors.dim(name.padEnd(WIDTH))}${text}`);
  const good = (text: string) => `${colors.green('●')} ${text}`;
  const bad = (text: string) => `${colors.red('●')} ${text}`;
  const off = (text: string) => `${colors.dim('○')} ${text}`;
  print(colors.bold(`PicoClaw Launcher ${report.version}`));
  line('Home', report.home);
  line('Launcher', launcherText(report, { good, bad, off }));
  line('Gateway', gatewayText(report, { good, bad, off }));
  for (const [name, token] of [
    ['Launcher token', report.tokens.launcher],
    ['Channel token', report.tokens.channel],
  ] as const) {
    line(name, token.from === null ? off('none yet') : `${token.from}  (${sourceText(token)})`);
    for (const { from, differs } of token.shadowed) {
      line(
        '',
        `${from} is set too and does not count${differs ? ': it has another value' : ': it has the same value'}`,
      );
    }
  }
  line('Reachable from', exposureText(report.exposure));
  printFindings(report.findings, { print, hasColours });
  for (const { log, time = '', message } of report.last_errors) line(log, colors.red(`${time} ${message}`.trim()));
}

interface Marks {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly off: (text: string) => string;
}

function launcherText({ launcher, home }: StatusReport, { good, bad, off }: Marks): string {
  const { url, state, takes_token: takesToken, is_of_this_home: isOfThisHome, holder } = launcher;
  if (state === 'not_running') return off(`not running (nothing answers at ${url})`);
  if (state === 'foreign_program') {
    const who = holder === undefined ? 'another program' : `pid ${holder.pid} (${holder.command})`;
    return bad(`not running: ${who} has the port of ${url}`);
  }
  if (takesToken === 'no') {
    return bad(`one answers at ${url}, but refuses the launcher token of ${home}: it runs with another home or token`);
  }
  if (isOfThisHome === false) return bad(`one answers at ${url}, but runs with another home`);
  return good(`running at ${url}`);
}

function gatewayText({ gateway }: StatusReport, { good, bad, off }: Marks): string {
  const { state, address, pid, version, ready, takes_token: takesToken, reason, mode } = gateway;
  const external = mode === 'external' ? ', run by somebody else' : '';
  if (state === 'not_running') return off(`not running${external}${reason === undefined ? '' : `: ${reason}`}`);
  if (state === 'unknown') return bad(`cannot be told: ${reason}`);
  const process = pid === undefined ? '' : `, pid ${pid}, version ${version}`;
  const where = `running at ${address}${process}${external}`;
  if (takesToken === 'no') return bad(`${where}, but it refuses the channel token of this home`);
  return ready === true ? good(where) : bad(`${where}, not ready`);
}

function sourceText({ source, fingerprint }: StatusReport['tokens']['launcher']): string {
  const words = { random: 'generated, choose your own at /setup', env: 'environment', config: 'file', file: 'file' };
  const where = Object.hasOwn(words, source) ? words[source as keyof typeof words] : source;
  return `${where}, fingerprint ${fingerprint}`;
}

const LOOPBACK = /^(?:127\.|::1$|localhost$)/;

function exposureText({ hosts, port, allowed_cidrs: cidrs }: StatusReport['exposure']): string {
  if (hosts.every((host) => LOOPBACK.test(host))) return `this machine only, port ${port}`;
  const who = cidrs.length === 0 ? 'whoever reaches it' : cidrs.join(', ');
  return `${who}, at ${hosts.join(', ')} port ${port}`;
}
