import type { Secret } from '@picoclaw/auth';
import { channelCredential, connectHost, type PidReader, takesComposedToken } from '@picoclaw/pid';
import type { ChannelReader } from './channel.ts';
import type { ExternalGateway } from './external-gateway.ts';
import type { SocketLink } from './socket-link.ts';
import { createUnixWay, type UnixWay } from './unix-way.ts';

/** A gateway as a request needs it: where it listens, and the token that opens its channel. */
export interface RunningGateway {
  readonly state: 'running';
  readonly host: string;
  readonly port: number;
  /** Over TLS, and under this path, when it is one on another host. */
  readonly isSecure: boolean;
  readonly basePath: string;
  readonly token: Secret;
  /** A unix socket by which it is reached instead of host and port. */
  readonly socketPath?: string | undefined;
  /** The way by which it takes sockets themselves, when this launcher has started it. */
  readonly link?: SocketLink | undefined;
  /** One of our own, which judges origins no more once the launcher has. */
  readonly isOurs: boolean;
}

/** What a look for the gateway found; `reason` is a sentence for people. */
export type FoundGateway =
  | RunningGateway
  | { readonly state: 'absent' | 'stale' | 'unreachable'; readonly reason: string };

/** Looks for the gateway afresh; cheap enough for every upgrade, and without side effects. */
export type FindGateway = () => Promise<FoundGateway>;

interface FinderOptions {
  /** Judges hosts too: a pid file that names a foreign one would make the launcher a relay. */
  readonly pidReader: PidReader;
  readonly channel: ChannelReader;
  /** A gateway on another host, which has no pid file here. */
  readonly external?: ExternalGateway | undefined;
  /** The link to a process, if this launcher has started it. */
  readonly linkTo?: (pid: number) => SocketLink | undefined;
  readonly unixWay?: UnixWay;
}

/** Finds through the pid file, or at `gateway_url` when that is set. */
export function createGatewayFinder({
  pidReader,
  channel,
  external,
  linkTo,
  unixWay = createUnixWay(),
}: FinderOptions): FindGateway {
  return async () => {
    const { enabled, token, problem } = await channel.read();
    if (problem !== undefined) return { state: 'unreachable', reason: problem };
    if (external !== undefined && token !== undefined) {
      const { host, port, isSecure, basePath } = external;
      return { state: 'running', host, port, isSecure, basePath, token, isOurs: false };
    }
    if (!enabled || token === undefined) return { state: 'absent', reason: 'The Pico channel is not configured.' };
    const found = await pidReader.read();
    if (found.state === 'absent') return { state: 'absent', reason: 'No gateway is running.' };
    if (found.state === 'stale') return { state: 'stale', reason: `The pid file is left over: ${found.reason}.` };
    if (found.state !== 'alive')
      return { state: 'unreachable', reason: `The pid file cannot be used: ${found.reason}.` };
    const { record } = found;
    const isOurs = takesComposedToken(record);
    const credential = channelCredential(record, token);
    const place = { host: connectHost(record), port: record.port, isSecure: false, basePath: '' };
    const ways = { socketPath: await unixWay.find(record), link: linkTo?.(record.pid) };
    return { state: 'running', ...place, ...ways, token: credential, isOurs };
  };
}
