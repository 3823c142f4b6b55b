import type { BindHost, LauncherConfig, Paths } from '@picoclaw/config';
import { createHostList } from './access/host.ts';
import type { LauncherToken } from './access/launcher-token.ts';
import { underBase } from './access/session.ts';
import type { GatewayStatus } from './gateway/gateway-status.ts';

interface Announcement {
  readonly addresses: readonly BindHost[];
  /** Where this machine opens it, without a path. */
  readonly origin: string;
  readonly basePath: string;
  readonly token: LauncherToken;
  readonly tokenFrom: string;
  readonly gateway: GatewayStatus;
  readonly paths: Paths;
  readonly version: string;
  /** What a service prints is kept in a journal: a token must not stand there. */
  readonly isService: boolean;
}

/** The block that a start prints: where to go, how to sign in, what the gateway does, where the files are. */
export function announcement(facts: Announcement): string {
  const { paths, origin: base, basePath, token } = facts;
  const rows: [string, string][] = [
    [
      'Open',
      `${base}${underBase(basePath, '/')}${isOpen(facts.addresses) ? '  (other machines may connect too)' : ''}`,
    ],
    ['Sign in', signInRow(facts, base)],
    ['Gateway', gatewayRow(facts)],
    ['Config', `${paths.configFile} · ${paths.launcherConfigFile}`],
    ['Logs', paths.logsDirectory],
  ];
  if (token.isSetupPending)
    rows.splice(2, 0, ['First run', `choose a token of your own at ${base}${underBase(basePath, '/setup')}`]);
  const lines = rows.map(([name, value]) => `  ${name.padEnd(10)}${value}`);
  return ['', `PicoClaw Launcher ${facts.version}`, ...lines, ''].join('\n');
}

/**
 * Where this machine's browser finds the launcher; `certified` are the names in its certificate, when it has one. Of these
 * the first that the host gate lets pass, so that browsers do not warn; `localhost` when there is none.
 */
export function localOrigin(
  { port, allowed_hosts: allowed }: Pick<LauncherConfig, 'port' | 'allowed_hosts'>,
  certified?: readonly string[],
): string {
  if (certified === undefined) return `http://localhost:${port}`;
  const known = createHostList(allowed);
  const name = certified.includes('localhost') ? 'localhost' : certified.find((one) => known.has(one));
  return `https://${name ?? 'localhost'}:${port}`;
}

/** The sign-in link, which people may click; only a generated token is ever printed. */
function signInRow({ token, tokenFrom, basePath, isService }: Announcement, base: string): string {
  if (token.source === 'random' && isService) return 'with a link from: picoclaw-launcher token url';
  if (token.source === 'random') return `${base}${underBase(basePath, '/')}?token=${token.reveal()}`;
  if (token.source === 'env') return `with the token from environment (${tokenFrom})`;
  return `with the launcher token from ${tokenFrom}`;
}

function gatewayRow({ gateway }: Announcement): string {
  const { gateway_status: state, host = '', port, pid, owned, gateway_start_reason: reason } = gateway;
  if (state === 'running' && port !== undefined) {
    const at = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    return `running at ${at}${pid === undefined ? '' : `, pid ${pid}`}${owned ? '' : ', started by somebody else'}`;
  }
  return reason === undefined ? state : `${state}: ${reason}`;
}

const isOpen = (addresses: readonly BindHost[]): boolean =>
  addresses.some(({ host }) => host !== 'localhost' && host !== '::1' && !host.startsWith('127.'));
