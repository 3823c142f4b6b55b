import { lstatSync } from 'node:fs';
import { createConnection } from 'node:net';
import { isAbsolute } from 'node:path';
import type { PidRecord } from '@picoclaw/pid';

/** Finds out whether a gateway can be reached by the unix socket that its pid file names; half the CPU of TCP. */
export interface UnixWay {
  /** The path, when somebody listens there; `undefined` leaves TCP. */
  find(record: PidRecord): Promise<string | undefined>;
}

interface UnixWayOptions {
  readonly now?: () => number;
  readonly uid?: number | undefined;
}

/** A folder that two containers share need not carry sockets; asked again now and then, for it may be only a slow start. */
const ASK_AGAIN_MS = 5_000;

/** Connects once for each run of a gateway; what has worked is believed for as long as the socket is there. */
export function createUnixWay({ now = Date.now, uid = process.getuid?.() }: UnixWayOptions = {}): UnixWay {
  let last: { readonly record: PidRecord; readonly at: number; readonly path: Promise<string | undefined> } | undefined;
  return {
    async find(record) {
      const { socketPath, instanceId } = record;
      if (socketPath === undefined || uid === undefined) return undefined;
      const isSame = last?.record.socketPath === socketPath && last.record.instanceId === instanceId;
      if (last !== undefined && isSame) {
        const path = await last.path;
        // Somebody may have tidied the home up.
        if (path !== undefined) return isOurSocket(path, uid) ? path : undefined;
        if (now() - last.at < ASK_AGAIN_MS) return undefined;
      }
      const path = isOurSocket(socketPath, uid) ? answersAt(socketPath) : Promise.resolve(undefined);
      last = { record, at: now(), path };
      return path;
    },
  };
}

/**
 * Whoever can make a socket under the name of ours must not get the chats of everybody. Asked for every upgrade, so without
 * a way to another thread and back.
 */
function isOurSocket(path: string, uid: number): boolean {
  if (!isAbsolute(path)) return false;
  try {
    const stats = lstatSync(path);
    return stats.isSocket() && stats.uid === uid && (stats.mode & 0o077) === 0;
  } catch {
    return false;
  }
}

function answersAt(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    const finish = (found: string | undefined) => {
      socket.destroy();
      resolve(found);
    };
    socket.once('connect', () => finish(path)).once('error', () => finish(undefined));
  });
}
