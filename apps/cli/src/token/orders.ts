import type { Secret } from '@picoclaw/auth';
import { type Rotation, randomToken, rotateChannelToken, rotateLauncherToken } from '@picoclaw/config';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';
import type { CliContext } from '../context.ts';
import { gatherFacts } from '../doctor/facts.ts';
import { ExitCode } from '../exit-code.ts';
import { lookAtLauncher, type OwnLauncher } from '../facts/launcher.ts';
import { orderLauncher } from '../facts/order-launcher.ts';
import { tokenOf, type WhichToken } from '../facts/tokens.ts';
import { reloadRunningGateway } from '../gateway/orders.ts';

const Link = z.object({ path: z.string(), expires_at: z.string() });
/** Which process asks for which token. */
const GUARD = { launcher: 'launcher', channel: 'gateway' } as const;
const ROTATION_TIMEOUT_MS = 20_000;

/** The token that counts for the process that guards with it, whatever stands in this shell. */
export async function findToken({ paths, environment }: CliContext, which: WhichToken): Promise<Secret> {
  const facts = await gatherFacts({ paths, environment });
  const { value } = tokenOf(which, paths, { judged: facts[GUARD[which]].environment, shell: environment });
  if (value !== undefined) return value;
  const hint = `Start ${which === 'launcher' ? 'the launcher' : 'the gateway'} once: it makes one.`;
  throw new CliError(ExitCode.operator, `There is no ${which} token yet.`, hint);
}

/** Makes another token, has what runs take it at once, and says what that meant. */
export async function rotateToken(context: CliContext, which: WhichToken): Promise<string> {
  const launcher = await runningLauncher(context);
  if (launcher !== undefined) return rotateLive(launcher, which);
  const { paths, environment } = context;
  if (which === 'launcher') {
    accept(await rotateLauncherToken(paths, environment));
    return 'The launcher token is another one; no launcher runs that would have to be told.';
  }
  accept(await rotateChannelToken(paths, environment));
  try {
    await reloadRunningGateway(context);
  } catch (error) {
    if (!(error instanceof CliError) || error.exitCode !== ExitCode.notRunning) throw error;
    return 'The channel token is another one; no gateway runs that would have to be told.';
  }
  return 'The channel token is another one; the gateway takes it already, and has disconnected who came with the old one.';
}

/** A link that signs in once, within ten minutes. */
export async function createLink(context: CliContext): Promise<{ url: string; expiresAt: string }> {
  const launcher = await runningLauncher(context);
  if (launcher === undefined) {
    const hint = 'Start it, or print a link with the token itself: picoclaw-launcher token url --long-lived';
    throw new CliError(
      ExitCode.notRunning,
      'The launcher is not running, so nobody could take a single-use link.',
      hint,
    );
  }
  const { path, expires_at: expiresAt } = Link.parse(await post(launcher, '/api/auth/link'));
  return { url: `${new URL(launcher.url).origin}${path}`, expiresAt };
}

/** A link that signs in for as long as the launcher token is what it is. */
export async function longLivedLink(context: CliContext): Promise<string> {
  const [{ launcher }, token] = await Promise.all([gatherFacts(context), findToken(context, 'launcher')]);
  return `${launcher.url}/?token=${encodeURIComponent(token.reveal())}`;
}

async function rotateLive(launcher: OwnLauncher, which: WhichToken): Promise<string> {
  if (which === 'channel') {
    const { reloaded } = z.object({ reloaded: z.boolean() }).parse(await post(launcher, '/api/pico/token'));
    return reloaded
      ? 'The channel token is another one; the gateway takes it already, and has disconnected who came with the old one.'
      : 'The channel token is another one; the gateway takes it as soon as it runs.';
  }
  const token = randomToken().reveal();
  await post(launcher, '/api/auth/setup', { token, confirm: token, current_token: launcher.token.reveal() });
  return 'The launcher token is another one; everybody is signed out, everywhere.';
}

/** The launcher of this home, when it runs; one that refuses us is an error, not something to work around. */
async function runningLauncher({ paths, environment }: CliContext): Promise<OwnLauncher | undefined> {
  const { launcher } = await gatherFacts({ paths, environment });
  const token = tokenOf('launcher', paths, { judged: launcher.environment, shell: environment }).value;
  const fact = await lookAtLauncher(launcher.url, token, launcher.ask);
  if (fact.state !== 'running' || token === undefined) return undefined;
  if (fact.takesToken === 'yes' && fact.configFile === paths.launcherConfigFile) return { url: fact.url, token };
  const reason =
    fact.takesToken === 'unknown' ? 'takes no further attempts for a minute' : `refuses the token of ${paths.home}`;
  throw new CliError(
    ExitCode.unauthorized,
    `The launcher at ${fact.url} ${reason}.`,
    'picoclaw-launcher status says more.',
  );
}

const post = (launcher: OwnLauncher, path: string, body?: object): Promise<unknown> =>
  orderLauncher(launcher, { path, timeoutMs: ROTATION_TIMEOUT_MS, ...(body && { body }) });

function accept(rotation: Rotation): void {
  if (rotation.ok) return;
  throw new CliError(ExitCode.operator, `The token comes from ${rotation.from}: change it there.`);
}
