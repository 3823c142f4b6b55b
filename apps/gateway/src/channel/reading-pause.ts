import type { WebSocket } from 'ws';

/**
 * Stops reading from a socket for a while: a flood waits in the client's own buffers, so that memory here stays bounded
 * and other connections get their turn.
 */
export function createReadingPause(socket: WebSocket): { pause(forMs: number): void } {
  let timer: NodeJS.Timeout | undefined;
  socket.once('close', () => clearTimeout(timer));
  return {
    pause(forMs) {
      if (socket.isPaused) return;
      socket.pause();
      timer = setTimeout(() => socket.resume(), forMs);
    },
  };
}
