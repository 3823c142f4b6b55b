import {
  basePathProblem,
  bindProblem,
  type Check,
  hostsProblem,
  networksProblem,
  numberWithin,
  originsProblem,
  portProblem,
  urlProblem,
} from './validate.ts';

interface AnyField<Name extends string> {
  /** The path in the file. */
  key: string;
  /** What its texts are called. */
  name: Name;
}

/** How a setting is shown and judged. */
export type SettingField<Name extends string = FieldName> = AnyField<Name> &
  (
    | { kind: 'text' | 'lines'; check: Check; placeholder?: string }
    | { kind: 'number'; check: Check; unit?: Unit }
    | { kind: 'choice'; options: readonly string[] }
    | { kind: 'switch' }
  );

/** What a number counts. */
export type Unit = 'seconds' | 'bytes' | 'mebibytes' | 'days';

const positive = numberWithin(1);

export const listening = [
  { key: 'port', name: 'port', kind: 'number', check: portProblem },
  { key: 'public', name: 'public', kind: 'switch' },
  { key: 'host', name: 'host', kind: 'text', check: bindProblem, placeholder: 'localhost' },
  { key: 'base_path', name: 'base_path', kind: 'text', check: basePathProblem, placeholder: '/' },
] as const satisfies readonly SettingField<string>[];

export const access = [
  { key: 'allowed_cidrs', name: 'allowed_cidrs', kind: 'lines', check: networksProblem, placeholder: '192.168.1.0/24' },
  { key: 'allow_localhost_bypass', name: 'allow_localhost_bypass', kind: 'switch' },
  { key: 'allowed_hosts', name: 'allowed_hosts', kind: 'lines', check: hostsProblem, placeholder: 'claw.example.org' },
  {
    key: 'trusted_proxy_cidrs',
    name: 'trusted_proxy_cidrs',
    kind: 'lines',
    check: networksProblem,
    placeholder: '10.0.0.1/32',
  },
  { key: 'login_attempts_per_minute', name: 'login_attempts_per_minute', kind: 'number', check: positive },
] as const satisfies readonly SettingField<string>[];

export const gatewayOfLauncher = [
  { key: 'gateway_mode', name: 'gateway_mode', kind: 'choice', options: ['managed', 'external'] },
  { key: 'gateway_url', name: 'gateway_url', kind: 'text', check: urlProblem, placeholder: 'http://10.0.0.2:18790' },
] as const satisfies readonly SettingField<string>[];

export const channel = [
  {
    key: 'channels.pico.allow_origins',
    name: 'allow_origins',
    kind: 'lines',
    check: originsProblem,
    placeholder: 'https://app.example.org',
  },
  { key: 'channels.pico.allow_token_query', name: 'allow_token_query', kind: 'switch' },
  {
    key: 'gateway.pid_token_override',
    name: 'pid_token_override',
    kind: 'switch',
  },
  {
    key: 'channels.pico.when_busy',
    name: 'when_busy',
    kind: 'choice',
    options: ['wait', 'cancel'],
  },
  { key: 'channels.pico.max_connections', name: 'max_connections', kind: 'number', check: positive },
  {
    key: 'channels.pico.max_message_bytes',
    name: 'max_message_bytes',
    kind: 'number',
    check: positive,
    unit: 'bytes',
  },
  { key: 'channels.pico.ping_interval', name: 'ping_interval', kind: 'number', check: positive, unit: 'seconds' },
  { key: 'channels.pico.read_timeout', name: 'read_timeout', kind: 'number', check: positive, unit: 'seconds' },
  { key: 'channels.pico.write_timeout', name: 'write_timeout', kind: 'number', check: positive, unit: 'seconds' },
] as const satisfies readonly SettingField<string>[];

export const gateway = [
  {
    key: 'gateway.log_level',
    name: 'log_level',
    kind: 'choice',
    options: ['debug', 'info', 'warn', 'error', 'fatal'],
  },
  { key: 'gateway.hot_reload', name: 'hot_reload', kind: 'switch' },
  { key: 'channels.pico.media_max_age', name: 'media_max_age', kind: 'number', check: positive, unit: 'days' },
  { key: 'channels.pico.media_max_size', name: 'media_max_size', kind: 'number', check: positive, unit: 'mebibytes' },
] as const satisfies readonly SettingField<string>[];

/** The settings that have texts. */
export type FieldName = (
  | typeof listening
  | typeof access
  | typeof gatewayOfLauncher
  | typeof channel
  | typeof gateway
)[number]['name'];

export const launcherFields: readonly SettingField[] = [...listening, ...access, ...gatewayOfLauncher];
export const gatewayFields: readonly SettingField[] = [...channel, ...gateway];
