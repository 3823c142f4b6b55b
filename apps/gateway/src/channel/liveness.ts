import type { WebSocket } from 'ws';

interface LivenessOptions {
  readonly pingIntervalMs: number;
  readonly readTimeoutMs: number;
  /** Nothing at all came for `readTimeoutMs`. */
  readonly onSilent: () => void;
}

/** Pings a socket and notices when its other end has vanished; ends with the socket. */
export function watchLiveness(socket: WebSocket, { pingIntervalMs, readTimeoutMs, onSilent }: LivenessOptions): void {
  const silence = setTimeout(onSilent, readTimeoutMs);
  const pings = setInterval(() => {
    if (socket.readyState === socket.OPEN) socket.ping();
  }, pingIntervalMs);
  const heard = () => silence.refresh();
  for (const event of ['message', 'ping', 'pong'] as const) socket.on(event, heard);
  socket.once('close', () => {
    clearTimeout(silence);
    clearInterval(pings);
  });
}
