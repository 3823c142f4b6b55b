import type { Revocation } from '@picoclaw/auth';
import type { LauncherToken } from './launcher-token.ts';
import type { Caller } from './session.ts';

/**
 * By whose right a WebSocket is open, as the text by which it is ended with that right. Sockets of the channel token have
 * none: the gateway itself ends them when that token is rotated.
 */
export function socketHolder(caller: Caller, launcherToken: LauncherToken): string | undefined {
  if (caller.kind === 'session') return caller.session.id;
  if (caller.kind === 'token' && caller.credential === 'launcher') return tokenHolder(launcherToken);
  return undefined;
}

/** Whether a revocation ends what the holder has opened. A changed launcher token ends also what it had opened by itself. */
export function endsHolder(revocation: Revocation, launcherToken: LauncherToken): (holder?: string) => boolean {
  return (holder) => {
    if (holder === undefined) return false;
    if (holder.startsWith(TOKEN)) return holder !== tokenHolder(launcherToken);
    return 'ids' in revocation ? revocation.ids.includes(holder) : holder !== revocation.allExcept;
  };
}

/** No session id has a colon. */
const TOKEN = 'launcher-token:';

const tokenHolder = ({ generation }: LauncherToken): string => `${TOKEN}${generation}`;
