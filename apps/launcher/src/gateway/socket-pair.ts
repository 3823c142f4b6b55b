import type { Socket } from 'node:net';
import type { CloseCode } from '@picoclaw/protocol';
import { destroyAfter } from '@picoclaw/server';
import { closeFrame, createFrameBoundary } from './frame-boundary.ts';

/** The two ends of an open WebSocket. */
export interface SocketPair {
  /** Closes both; the client is told why, after the frame that is on its way. */
  end(code: CloseCode, reason: string): void;
}

interface SocketPairOptions {
  readonly client: Socket;
  readonly upstream: Socket;
  /** A pair without a byte in either direction for this long is dead; both ends ping more often. */
  readonly idleTimeoutMs: number;
  /** What is left to send when the other side has gone may take this long. */
  readonly lingerMs: number;
}

/**
 * Lifetime rules for two sockets that http-proxy has piped into each other: when one goes, the other goes soon. Call it
 * right after the pipes are made, since a listener for data that comes earlier takes the first frames away from them.
 */
export function createSocketPair({ client, upstream, idleTimeoutMs, lingerMs }: SocketPairOptions): SocketPair {
  const boundary = createFrameBoundary();
  let onFrameEnd: ((rest: Buffer) => void) | undefined;
  upstream.on('data', (chunk: Buffer) => {
    const end = boundary.push(chunk);
    if (onFrameEnd === undefined) return;
    if (end !== undefined) onFrameEnd(chunk.subarray(0, end));
    else if (!client.write(chunk)) pauseUntilDrained(upstream, client);
  });
  for (const [one, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    one.on('error', () => one.destroy());
    // http-proxy pipes the end on; a side that does not answer it would stay half open for ever.
    one.once('end', () => {
      destroyAfter(one, lingerMs);
      destroyAfter(other, lingerMs);
    });
    one.once('close', () => {
      other.end();
      destroyAfter(other, lingerMs);
    });
    one.setTimeout(idleTimeoutMs, () => one.destroy());
  }

  const sayGoodbye = (code: CloseCode, reason: string) => {
    if (client.writable) client.end(closeFrame(code, reason));
    upstream.destroy();
    destroyAfter(client, lingerMs);
  };
  return {
    end(code, reason) {
      if (onFrameEnd !== undefined) return;
      // What the client still sends goes nowhere, but its end must be seen.
      client.unpipe(upstream);
      client.resume();
      upstream.unpipe(client);
      const giveUp = setTimeout(() => {
        client.destroy();
        upstream.destroy();
      }, lingerMs);
      client.once('close', () => clearTimeout(giveUp));
      onFrameEnd = (rest) => {
        if (client.writable) client.write(rest);
        sayGoodbye(code, reason);
      };
      // A close frame in the middle of another frame would be read as its payload.
      if (boundary.isBetweenFrames) onFrameEnd(Buffer.alloc(0));
      else upstream.resume();
    },
  };
}

function pauseUntilDrained(source: Socket, target: Socket): void {
  source.pause();
  target.once('drain', () => source.resume());
}
