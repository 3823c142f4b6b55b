import type { Environment } from './env.ts';
import { type SecretKey, variables } from './environment-variables.ts';
import type { Paths } from './paths.ts';

const PASSED_ON = [
  ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LANGUAGE', 'TZ', 'TMPDIR'],
  ['LC_ALL', 'LC_COLLATE', 'LC_CTYPE', 'LC_MESSAGES', 'LC_MONETARY', 'LC_NUMERIC', 'LC_TIME'],
  ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
  ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'],
  // Without these no Windows program starts.
  ['SystemRoot', 'SYSTEMROOT', 'USERPROFILE', 'TEMP', 'TMP', 'APPDATA', 'LOCALAPPDATA', 'ComSpec', 'PATHEXT', 'Path'],
].flat();

const SOUNDS_SECRET = /token|passw(or)?d|secret|key$|credential/i;

/** Fine points of a child's environment. */
export interface ChildEnvironmentOptions {
  /** Pins home and config file, so that a relative path or a flag of ours means the same files to the child. */
  readonly paths?: Pick<Paths, 'home' | 'configFile'>;
  /**
   * For a foreign gateway program, which has no other way to receive them: the gateway's secrets and every
   * `PICOCLAW_` variable we do not know, but never those of the launcher.
   */
  readonly withSecrets?: boolean;
}

/** The listed environment of a gateway process. It holds no secret unless `withSecrets` asks for the gateway's own. */
export function childEnvironment(
  environment: Environment,
  { paths, withSecrets = false }: ChildEnvironmentOptions = {},
): Record<string, string> {
  const plain = Object.values(variables).filter(({ secret }) => !secret);
  return {
    ...pick(environment, [...PASSED_ON, ...plain.map(({ name }) => name)]),
    ...(withSecrets && { ...pick(environment, unknownNames(environment)), ...secretsOf(environment, FOREIGN_SECRETS) }),
    ...(paths && { PICOCLAW_HOME: paths.home, PICOCLAW_CONFIG: paths.configFile }),
  };
}

/**
 * The secrets that a gateway needs from our environment, by variable name: the launcher hands them over the IPC channel,
 * and the gateway reads them with `readEnvironment({ extra })`. `references` are variables that the configuration
 * names as `env://NAME` (`GatewayConfig.referencedVariables`).
 */
export function gatewaySecrets(environment: Environment, references: readonly string[] = []): Record<string, string> {
  return { ...pick(environment, references), ...secretsOf(environment, [...FOREIGN_SECRETS, 'redisUrl']) };
}

/** Only our own gateway has a use for the Redis. */
const FOREIGN_SECRETS = ['gatewayToken', 'picoToken', 'picoClientToken'] as const;

function secretsOf(environment: Environment, keys: readonly SecretKey[]): Record<string, string> {
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = environment[key];
      return value ? [[variables[key].name, value.reveal()]] : [];
    }),
  );
}

/**
 * The environment for a program of the person's desktop (browser, clipboard): it needs whatever the session has set, but
 * it may live for days and has no business with what opens PicoClaw or anything else.
 */
export function desktopEnvironment(environment: Environment): Record<string, string> {
  return pick(
    environment,
    environment.names.filter((name) => !name.startsWith('PICOCLAW_') && !SOUNDS_SECRET.test(name)),
  );
}

function pick(environment: Environment, names: readonly string[]): Record<string, string> {
  const pairs = names.map((name) => [name, environment.lookup(name)] as const);
  return Object.fromEntries(pairs.filter((pair): pair is [string, string] => pair[1] !== undefined));
}

function unknownNames(environment: Environment): string[] {
  const known = new Set(Object.values(variables).flatMap(({ name }) => [name, `${name}_FILE`]));
  return environment.names.filter((name) => name.startsWith('PICOCLAW_') && !known.has(name));
}
