import { fileURLToPath } from 'node:url';
import {
  ConfigError,
  childEnvironment,
  type Environment,
  ensurePicoChannel,
  gatewaySecrets,
  loadGatewayConfig,
  type Paths,
} from '@picoclaw/config';
import type { GatewayProgram } from './gateway-process.ts';
import type { Preparation } from './supervise.ts';

interface ProgramOptions {
  readonly paths: Paths;
  readonly environment: Environment;
  readonly keepGateway: boolean;
  readonly debug: boolean;
}

/** Our own gateway stands beside the launcher in every build. */
const ownGateway = fileURLToPath(new URL('gateway.js', import.meta.url));

/** Turns the Pico channel on, makes its token when there is none, and names the program to start. */
export async function prepareGateway(options: ProgramOptions): Promise<Preparation> {
  const { paths, environment } = options;
  try {
    await ensurePicoChannel(paths, environment);
    const { referencedVariables, agents } = loadGatewayConfig(paths, environment);
    const program = programFor(options, referencedVariables);
    return { ok: true, program, defaultModel: agents.defaults.model_name };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { ok: false, message: error.message };
  }
}

function programFor(
  { paths, environment, keepGateway, debug }: ProgramOptions,
  references: readonly string[],
): GatewayProgram {
  // Another implementation cannot be told secrets but by its environment.
  if (environment.binary !== undefined) {
    const inherited = childEnvironment(environment, { paths, withSecrets: true });
    return { command: environment.binary, args: ['gateway', '-E'], environment: inherited };
  }
  const args = [ownGateway, '--managed', '-E', ...(debug ? ['--debug'] : [])];
  return {
    command: process.execPath,
    args,
    environment: childEnvironment(environment, { paths }),
    managed: { secrets: gatewaySecrets(environment, references), keepAlive: keepGateway },
  };
}
