import { isDeepStrictEqual } from 'node:util';
import {
  ConfigError,
  type Environment,
  gatewayOptions,
  type JsonValue,
  type LauncherConfig,
  launcherOptions,
  loadGatewayConfig,
  loadLauncherConfig,
  type Option,
  type OptionFlags,
  type OptionValues,
  type Origin,
  type Paths,
  parseValue,
  updateGatewayOptions,
  updateLauncherOptions,
} from '@picoclaw/config';

/** What is wrong with one setting; `key` is its path in the file. */
export interface SettingIssue {
  readonly key: string;
  readonly message: string;
}

/** Settings by option key. */
export type SettingValues = Readonly<Record<string, unknown>>;

/** Changes that can be stored, with what all settings will then be; or what is wrong with them. */
export type CheckedSettings =
  | { readonly ok: true; readonly changes: OptionValues; readonly after: SettingValues }
  | { readonly ok: false; readonly issues: readonly SettingIssue[] };

/** The settings page's side of one configuration file. Throws `ConfigError`. */
export interface Settings {
  /** The settings; `sources` says where each comes from, `fixed` which cannot be changed in the file, and
   * `restart_pending` which differ from those that this process runs with. */
  load(): SettingValues;
  /** Judges changes without storing them; `null` goes back to the default. */
  check(changes: SettingValues): CheckedSettings;
  /** Stores checked changes; issues are what only the whole file shows. */
  save(changes: OptionValues): Promise<readonly SettingIssue[]>;
}

interface SettingsOptions {
  readonly options: readonly Option[];
  readonly file: string;
  readonly isService: boolean;
  readonly read: () => { readonly sources: Readonly<Record<string, Origin>> };
  readonly update: (changes: OptionValues) => Promise<unknown>;
  /** What this process was started with. */
  readonly running?: object | undefined;
}

/** The token and the first run have doors of their own (`/setup`). */
const NOT_HERE = new Set(['launcher_token', 'setup_pending']);
const ofLauncher = launcherOptions.filter(({ key, secret }) => !secret && !NOT_HERE.has(key));

const GATEWAY_KEYS = new Set(['gateway.hot_reload', 'gateway.log_level', 'gateway.pid_token_override']);
// Whether the channel is on is decided by `/api/pico/setup`.
const ofGateway = gatewayOptions.filter(
  ({ key, secret }) =>
    GATEWAY_KEYS.has(key) || (key.startsWith('channels.pico.') && !secret && !key.endsWith('.enabled')),
);

/** The settings of launcher-config.json. */
export function createLauncherSettings(
  paths: Paths,
  environment: Environment,
  { flags, running }: { readonly flags?: OptionFlags; readonly running?: LauncherConfig } = {},
): Settings {
  return createSettings({
    options: ofLauncher,
    file: paths.launcherConfigFile,
    isService: environment.serviceKind !== undefined,
    read: () => loadLauncherConfig(paths, environment, flags),
    update: (changes) => updateLauncherOptions(paths, environment, changes),
    running,
  });
}

/** The settings of config.json that are about the gateway and its Pico channel; no token is among them. */
export function createGatewaySettings(paths: Paths, environment: Environment): Settings {
  return createSettings({
    options: ofGateway,
    file: paths.configFile,
    isService: environment.serviceKind !== undefined,
    read: () => loadGatewayConfig(paths, environment),
    update: (changes) => updateGatewayOptions(paths, environment, changes),
  });
}

function createSettings({ options, file, isService, read, update, running }: SettingsOptions): Settings {
  const valuesOf = (config: object): SettingValues =>
    Object.fromEntries(options.map(({ key, path }) => [key, valueAt(config, path)]));
  // In an installed service the file beats the environment, so a change of the file counts.
  const isFixed = (origin: Origin | undefined): boolean =>
    origin?.source === 'flag' ||
    (origin?.source === 'env' && !isService) ||
    (origin?.source === 'file' && origin.from !== file);
  return {
    load() {
      const config = read();
      const values = valuesOf(config);
      const started = running === undefined ? values : valuesOf(running);
      return {
        ...values,
        sources: Object.fromEntries(options.map(({ key }) => [key, config.sources[key]])),
        fixed: options.map(({ key }) => key).filter((key) => isFixed(config.sources[key])),
        restart_pending: Object.keys(values).filter((key) => !isDeepStrictEqual(values[key], started[key])),
      };
    },
    check(wanted) {
      const config = read();
      const judged = Object.entries(wanted).map(([key, value]) => {
        const origin = config.sources[key];
        const option = options.find((one) => one.key === key);
        return { key, ...judge(option, value, isFixed(origin) ? origin : undefined) };
      });
      const issues = judged.flatMap(({ key, message }) => (message === undefined ? [] : [{ key, message }]));
      if (issues.length > 0) return { ok: false, issues };
      const after = judged.map(({ key, effective }) => [key, effective]);
      return {
        ok: true,
        changes: Object.fromEntries(judged.map(({ key, value }) => [key, value])),
        after: { ...valuesOf(config), ...Object.fromEntries(after) },
      };
    },
    async save(changes) {
      try {
        await update(changes);
        return [];
      } catch (error) {
        if (!(error instanceof ConfigError) || error.code !== 'config_invalid') throw error;
        return error.problems.map(({ path, message }) => ({ key: path, message }));
      }
    },
  };
}

interface Judged {
  readonly message: string | undefined;
  readonly value: JsonValue;
  /** What the program will go by. */
  readonly effective: unknown;
}

/** What is to be stored for one setting, as the program reads it (lists without blanks), or what is wrong with it. */
function judge(option: Option | undefined, value: unknown, decidedBy: Origin | undefined): Judged {
  const refused = (message: string): Judged => ({ message, value: null, effective: undefined });
  if (option === undefined) return refused('cannot be changed here');
  if (decidedBy !== undefined) return refused(`comes from ${decidedBy.from} and is changed there`);
  if (value === null) return { message: undefined, value, effective: option.default };
  const parsed = parseValue(option, value);
  if (!parsed.ok) return refused(parsed.message);
  return { message: undefined, value: parsed.value as JsonValue, effective: parsed.value };
}

function valueAt(config: object, path: readonly string[]): unknown {
  return path.reduce<unknown>((group, name) => (group as Record<string, unknown> | undefined)?.[name], config);
}
