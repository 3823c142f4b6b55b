import type { Secret } from '@picoclaw/auth';
import { type Environment, findLauncherToken, loadLauncherConfig, type Paths } from '@picoclaw/config';
import { z } from 'zod';
import { type Asker, gatherFacts } from '../doctor/facts.ts';
import { type AskLauncher, createAskLauncher } from './ask-launcher.ts';
import type { HttpAnswer } from './http-json.ts';
import { launcherAddress } from './launcher-address.ts';

/** What answers where the launcher of a home should be. */
export type LauncherFact =
  | { readonly state: 'absent'; readonly url: string }
  /** Something else has the port. */
  | { readonly state: 'foreign'; readonly url: string }
  | {
      readonly state: 'running';
      readonly url: string;
      /** Whether it takes the launcher token of this home; `unknown` when there is none, or it may not be tried now. */
      readonly takesToken: 'yes' | 'no' | 'unknown';
      /** Whether a launcher token of a person's own is set. */
      readonly isSetUp: boolean | undefined;
      /** The launcher-config.json that it runs with; known only with the token. */
      readonly configFile: string | undefined;
    };

const AuthStatus = z.object({
  authenticated: z.boolean(),
  initialized: z.boolean(),
  token_help: z.object({ config_file: z.string().optional() }).optional(),
});

/** Where the launcher of a home answers, as one connects to it. Throws `ConfigError`. */
export function launcherUrl(paths: Paths, environment: Environment): string {
  const config = loadLauncherConfig(paths, environment);
  return launcherAddress(config, config.port);
}

/** Looks whether the launcher runs, and whether it takes the token. */
export async function lookAtLauncher(
  url: string,
  token: Secret | undefined,
  ask: AskLauncher = createAskLauncher(url),
): Promise<LauncherFact> {
  const presented = await ask(token);
  const refused = presented.answered && [401, 403, 429].includes(presented.status);
  // Without a token it still says what it is.
  const plain = refused ? await ask() : presented;
  if (!plain.answered) return { state: 'absent', url };
  const told = AuthStatus.safeParse(plain.body);
  if (!told.success) return { state: 'foreign', url };
  return {
    ...{ state: 'running', url, takesToken: verdict(token, presented, refused), isSetUp: told.data.initialized },
    configFile: told.data.token_help?.config_file,
  };
}

function verdict(token: Secret | undefined, presented: HttpAnswer, isRefused: boolean): 'yes' | 'no' | 'unknown' {
  if (token === undefined || !presented.answered || presented.status === 429) return 'unknown';
  return isRefused ? 'no' : 'yes';
}

/** The running launcher of a home, when it takes the home's token: it is the one to give orders to. */
export interface OwnLauncher {
  readonly url: string;
  readonly token: Secret;
}

/** Who runs the gateway of a home: its launcher, which takes our orders or refuses us, or nobody. */
export type LauncherInCharge =
  | ({ readonly state: 'obeys' } & OwnLauncher)
  | { readonly state: 'refuses'; readonly url: string }
  | { readonly state: 'none' };

/** Finds the launcher that runs this home's gateway. Throws `ConfigError`. */
export async function findLauncherInCharge({ paths, environment }: Asker): Promise<LauncherInCharge> {
  const { launcher } = await gatherFacts({ paths, environment });
  const token = findLauncherToken(paths, launcher.environment)?.value;
  const fact = await lookAtLauncher(launcher.url, token, launcher.ask);
  if (fact.state !== 'running') return { state: 'none' };
  const { url, takesToken, configFile } = fact;
  if (token !== undefined && takesToken === 'yes')
    return configFile === paths.launcherConfigFile ? { state: 'obeys', url, token } : { state: 'none' };
  // One that is known to be of this home would start again what we end, and end what we start.
  const isOfThisHome = launcher.answer === 'own' && launcher.isKnown && launcher.pid !== undefined;
  return isOfThisHome ? { state: 'refuses', url } : { state: 'none' };
}

/** Finds the launcher that runs this home's gateway; undefined when there is none that we may give orders to. */
export async function findOwnLauncher(asker: Asker): Promise<OwnLauncher | undefined> {
  const found = await findLauncherInCharge(asker);
  return found.state === 'obeys' ? { url: found.url, token: found.token } : undefined;
}
