import { CliError } from '../cli-error.ts';
import type { CliContext } from '../context.ts';
import { type Facts, gatherFacts } from '../doctor/facts.ts';
import { tokenFindings } from '../doctor/token-findings.ts';
import { ExitCode } from '../exit-code.ts';
import { askForToken, type GivenToken, readTokenFile } from './given-token.ts';
import { parseGivenUrl } from './given-url.ts';
import { type Home, isOwnPlace, readHome } from './home.ts';
import { type ConnectReport, createReport } from './report.ts';
import { type TokenKind, tokenKindOf } from './token-kind.ts';
import { type Target, type TokenToTry, type Tried, tryTarget } from './try-target.ts';
import type { TargetName } from './way.ts';

/** What the command line says. */
export interface ConnectOptions {
  readonly url?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly origin?: string | undefined;
}

/** Tries every way to connect. Throws `CliError` and `ConfigError`. */
export async function tryToConnect(context: CliContext, options: ConnectOptions): Promise<ConnectReport> {
  const origin = options.origin === undefined ? undefined : checkedOrigin(options.origin);
  const url = options.url === undefined ? undefined : checkedUrl(options.url, context);
  // By their own environments: what stands in this shell does not count for what runs.
  const facts = await gatherFacts({ paths: context.paths, environment: context.environment });
  const home = readHome(facts);
  const name = url === undefined ? undefined : ownerOf(url, home);
  const given = await givenToken(options, name, url);
  // First, for each wrong token that is tried takes of the same budget.
  const findings = name === 'given' ? [] : await tokenFindings(facts);
  const all: Tried[] = [];
  for (const target of targetsOf(home, given, url, name)) {
    if (context.isTerminal) context.note(`Trying ${target.url} …`);
    const hasConnected = all.some(({ code }) => code === 'connected');
    all.push(...(await tryTarget(target, { home, origin, hasConnected, embeddedIn: embeddedIn(facts) })));
  }
  return createReport(all, { given, findings });
}

/** Which file of a service holds a token of its own. */
const embeddedIn =
  ({ launcher, gateway }: Facts) =>
  (target: TargetName, kind: TokenKind): string | undefined =>
    (target === 'launcher' ? launcher : gateway).unit?.embedded.find(({ purpose }) => purpose === kind)?.file;

function checkedUrl(text: string, { note }: Pick<CliContext, 'note'>): URL {
  const parsed = parseGivenUrl(text);
  if (!parsed.ok) throw new CliError(ExitCode.usage, `--url: ${parsed.reason}`);
  if (parsed.isConverted) note(`WebSocket addresses begin with ws:// or wss://, so this one is ${parsed.url.href}`);
  return parsed.url;
}

function checkedOrigin(text: string): string {
  if (text === 'null' || (/^[a-z][\w.+-]*:\/\//i.test(text) && URL.canParse(text))) return text.replace(/\/$/, '');
  const hint = 'It is scheme, host and port of the page, such as https://chat.example.org';
  throw new CliError(ExitCode.usage, `--origin: "${text}" is no origin.`, hint);
}

/** Whose address it is: a token of this home goes to nobody else. */
function ownerOf(url: URL, { launcher, gateway }: Home): TargetName {
  if (isOwnPlace(url, launcher)) return 'launcher';
  return isOwnPlace(url, gateway) ? 'gateway' : 'given';
}

async function givenToken(
  { tokenFile }: ConnectOptions,
  name: TargetName | undefined,
  url: URL | undefined,
): Promise<GivenToken | undefined> {
  if (tokenFile !== undefined) return readTokenFile(tokenFile);
  return name === 'given' && url !== undefined ? askForToken(url.host) : undefined;
}

function targetsOf(
  home: Home,
  given: GivenToken | undefined,
  url: URL | undefined,
  name: TargetName | undefined,
): Target[] {
  const all: readonly Target[] = [
    { name: 'launcher', url: home.launcher.url, tokens: tokensFor('launcher', home, given) },
    { name: 'gateway', url: home.gateway.url, tokens: tokensFor('gateway', home, given) },
    { name: 'given', url: '', tokens: tokensFor('given', home, given) },
  ];
  if (url === undefined) return all.slice(0, 2);
  return all.filter((target) => target.name === name).map((target) => ({ ...target, url: url.href }));
}

function tokensFor(target: TargetName, { gateway, tokens }: Home, given: GivenToken | undefined): TokenToTry[] {
  const { launcher, channel, others } = tokens;
  if (given !== undefined) {
    const known = {
      ...{ launcher: launcher?.value, channel: channel?.value, pid: gateway.record?.token },
      shadowed: others.channel.map(({ value }) => value),
    };
    // Elsewhere this home's tokens mean nothing, though one may be right by chance.
    const kind = target === 'given' ? tokenKindOf(given.value, { shadowed: [] }) : tokenKindOf(given.value, known);
    return [{ name: 'given', value: given.value, from: given.from, kind }];
  }
  const own = (name: 'launcher' | 'channel'): TokenToTry => ({
    ...{ name, kind: name },
    ...{ value: tokens[name]?.value, from: tokens[name]?.from ?? 'nowhere yet' },
  });
  return target === 'launcher' ? [own('channel'), own('launcher')] : [own('channel')];
}
