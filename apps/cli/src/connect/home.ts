import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Secret } from '@picoclaw/auth';
import {
  checkBindHosts,
  type Environment,
  findLauncherToken,
  type LauncherConfig,
  loadGatewayConfig,
  loadLauncherConfig,
  resolveChannelToken,
} from '@picoclaw/config';
import { gatewayOrigin, type PidFileState, type PidRecord } from '@picoclaw/pid';
import { PicoPath } from '@picoclaw/protocol';
import type { Facts } from '../doctor/facts.ts';
import type { PidFileTrouble } from './case.ts';

/** A token, and where it can be read. */
export interface HomeToken {
  readonly value: Secret;
  readonly from: string;
}

/** Where something of this home listens. */
export interface Place {
  /** Of its chat. */
  readonly url: string;
  readonly hosts: readonly string[];
  readonly port: number;
}

/** The gateway of this home. */
export interface GatewayPlace extends Place {
  /** Of the living process. */
  readonly record?: PidRecord | undefined;
  /** Why the pid file tells of none; neither of both for one that `gateway_url` names. */
  readonly trouble?: PidFileTrouble | undefined;
}

/** What a home says on how to connect. */
export interface Home {
  readonly launcher: Place & {
    /** Whether a launcher answers there, asked without a token. */
    readonly isThere: boolean;
  };
  readonly gateway: GatewayPlace;
  readonly tokens: {
    readonly launcher: HomeToken | undefined;
    readonly channel: HomeToken | undefined;
    /** What else stands in this home, and does not count. */
    readonly others: { readonly launcher: readonly HomeToken[]; readonly channel: readonly HomeToken[] };
  };
}

/** Reads where launcher and gateway of a home are, and which tokens count for them. Throws `ConfigError`. */
export function readHome({ paths, launcher, gateway }: Facts): Home {
  const launcherToken = (environment: Environment) => findLauncherToken(paths, environment);
  const channelToken = (environment: Environment) => {
    const { value, from } = resolveChannelToken(paths, environment);
    return value === undefined || from === undefined ? undefined : { value, from };
  };
  const config = loadLauncherConfig(paths, launcher.environment);
  return {
    launcher: {
      url: chatUrl(launcher.url),
      hosts: config.bindHosts.map(({ host }) => host),
      port: launcher.port,
      isThere: launcher.answer === 'own' || launcher.answer === 'other-home',
    },
    gateway: gatewayPlace({ paths, gateway }, config),
    tokens: {
      launcher: launcherToken(launcher.environment),
      channel: channelToken(gateway.environment),
      others: {
        launcher: othersOf(launcherToken, launcher.environment),
        channel: othersOf(channelToken, gateway.environment),
      },
    },
  };
}

const chatUrl = (httpUrl: string): string => `${httpUrl.replace(/^http/, 'ws').replace(/\/+$/, '')}${PicoPath.socket}`;

/** The same question, answered as by a service and as by hand. */
function othersOf(
  find: (environment: Environment) => HomeToken | undefined,
  environment: Environment,
): readonly HomeToken[] {
  const counting = find(environment);
  const both = [find({ ...environment, serviceKind: undefined }), find({ ...environment, serviceKind: 'gateway' })];
  return both.flatMap((other) => (other && !counting?.value.equals(other.value) ? [other] : []));
}

function gatewayPlace({ paths, gateway }: Pick<Facts, 'paths' | 'gateway'>, launcher: LauncherConfig): GatewayPlace {
  const { gateway_mode: mode, gateway_url: external } = launcher;
  if (mode === 'external' && external !== undefined) {
    const { protocol, port, hostname } = new URL(external);
    return { url: chatUrl(external), hosts: [hostname], port: Number(port || (protocol === 'https:' ? 443 : 80)) };
  }
  const { pidFile } = gateway;
  const address = 'record' in pidFile ? pidFile.record : loadGatewayConfig(paths, gateway.environment).gateway;
  return {
    url: chatUrl(gatewayOrigin(address)),
    hosts: boundHosts(address.host),
    port: address.port,
    ...(pidFile.state === 'alive' ? { record: pidFile.record } : { trouble: troubleOf(pidFile, paths.pidFile) }),
  };
}

function boundHosts(text: string): string[] {
  const checked = checkBindHosts(text);
  return checked.ok ? checked.hosts.map(({ host }) => host) : [text];
}

function troubleOf(found: Exclude<PidFileState, { state: 'alive' }>, path: string): PidFileTrouble {
  if (found.state === 'absent') return { path, state: 'absent', reason: 'there is none' };
  return { path, state: found.state === 'stale' ? 'stale' : 'unusable', reason: found.reason };
}

const addressesOfThisMachine = (): string[] =>
  Object.values(networkInterfaces()).flatMap((found) => found?.map(({ address }) => address) ?? []);

/** Whether an address is one at which the process of this home itself listens, so that its tokens may go there. */
export function isOwnPlace(url: URL, { hosts, port }: Place, localAddresses = addressesOfThisMachine): boolean {
  const asked = url.hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (Number(url.port || (url.protocol === 'wss:' ? 443 : 80)) !== port) return false;
  if (hosts.includes(asked)) return true;
  // "localhost" is what listens on 127.0.0.1, unless somebody else has the other loopback alone.
  const address = asked === 'localhost' ? '127.0.0.1' : asked;
  const isBound = hosts.includes(address) || hosts.includes(isIP(address) === 6 ? '::' : '0.0.0.0');
  return isBound && (localAddresses().includes(address) || /^(127\.|::1$)/.test(address));
}
