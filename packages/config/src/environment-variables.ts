import { z } from 'zod';
import { sessionKeyProblem } from './session-key.ts';
import { hostSetting, logLevel, port } from './values.ts';

/** One variable of the environment that we read. */
export interface EnvironmentVariable {
  readonly name: string;
  /** A secret can be given as `<name>_FILE` as well: the path of a file that holds it. */
  readonly secret: boolean;
  readonly meaning: string;
}

interface Plain<T extends z.ZodType> extends EnvironmentVariable {
  readonly secret: false;
  readonly schema: T;
}

interface Hidden extends EnvironmentVariable {
  readonly secret: true;
  /** The gateway needs it too. */
  readonly forGateway: boolean;
  readonly problem?: (text: string) => string | undefined;
}

const plain = <T extends z.ZodType>(name: string, schema: T, meaning: string): Plain<T> => ({
  name,
  secret: false,
  schema,
  meaning,
});
const forLauncher = (name: string, meaning: string, problem?: Hidden['problem']): Hidden => ({
  name,
  secret: true,
  forGateway: false,
  meaning,
  ...(problem && { problem }),
});
const forBoth = (name: string, meaning: string): Hidden => ({ name, secret: true, forGateway: true, meaning });

/** Every variable that we read, under the name it has in the code. */
export const variables = {
  home: plain('PICOCLAW_HOME', z.string(), 'The home directory; ~/.picoclaw when unset'),
  config: plain('PICOCLAW_CONFIG', z.string(), 'The configuration file; config.json in the home when unset'),
  binary: plain('PICOCLAW_BINARY', z.string(), 'Gateway program that the launcher starts instead of ours'),
  launcherToken: forLauncher('PICOCLAW_LAUNCHER_TOKEN', 'The launcher token: signs in to the dashboard'),
  launcherHost: plain('PICOCLAW_LAUNCHER_HOST', hostSetting, 'Where the launcher listens'),
  launcherPort: plain('PICOCLAW_LAUNCHER_PORT', port, 'The port of the launcher'),
  gatewayHost: plain('PICOCLAW_GATEWAY_HOST', hostSetting, 'Where the gateway listens'),
  gatewayPort: plain('PICOCLAW_GATEWAY_PORT', port, 'The port of the gateway'),
  gatewayToken: forBoth('PICOCLAW_GATEWAY_TOKEN', 'When set, the one token for /pico/ws and /reload of the gateway'),
  gatewayAdvertiseHost: plain(
    'PICOCLAW_GATEWAY_ADVERTISE_HOST',
    z.string(),
    'The host under which others reach the gateway, written to the pid file',
  ),
  gatewayHotReload: plain('PICOCLAW_GATEWAY_HOT_RELOAD', z.boolean(), 'Reload the gateway when its files change'),
  logLevel: plain('PICOCLAW_LOG_LEVEL', logLevel, 'How much is logged'),
  picoToken: forBoth('PICOCLAW_CHANNELS_PICO_TOKEN', 'The channel token: opens /pico/ws on the gateway'),
  picoEnabled: plain('PICOCLAW_CHANNELS_PICO_ENABLED', z.boolean(), 'Whether the gateway offers /pico/ws'),
  picoClientEnabled: plain(
    'PICOCLAW_CHANNELS_PICO_CLIENT_ENABLED',
    z.boolean(),
    'Whether the gateway connects to another Pico server',
  ),
  picoClientUrl: plain('PICOCLAW_CHANNELS_PICO_CLIENT_URL', z.string(), 'The WebSocket URL of that other server'),
  picoClientToken: forBoth('PICOCLAW_CHANNELS_PICO_CLIENT_TOKEN', 'The token for that other server'),
  sessionKey: forLauncher(
    'PICOCLAW_SESSION_KEY',
    'Signs the sessions of the dashboard: 32 bytes as base64url or hex, shared by launchers behind one balancer',
    sessionKeyProblem,
  ),
  serviceKind: plain(
    'PICOCLAW_SERVICE_KIND',
    z.enum(['gateway', 'launcher']),
    'Set in installed services: the files then beat the environment',
  ),
  redisUrl: forBoth('PICOCLAW_REDIS_URL', 'The Redis that several launchers and gateways share'),
} as const;

type Variables = typeof variables;

/** The variables under the names of the code. */
export type VariableKey = keyof Variables;

/** The keys of the variables that hold secrets. */
export type SecretKey = { [K in VariableKey]: Variables[K] extends Hidden ? K : never }[VariableKey];

/** The type of each variable that is no secret. */
export type PlainValues = {
  readonly [K in Exclude<VariableKey, SecretKey>]: Variables[K] extends Plain<infer T>
    ? z.output<T> | undefined
    : never;
};

/** The table of all variables, for the documentation and for `doctor`. */
export const environmentVariables: readonly EnvironmentVariable[] = Object.values(variables).map(
  ({ name, secret, meaning }) => Object.freeze({ name, secret, meaning }),
);
