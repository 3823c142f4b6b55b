import type { WebSocket } from 'ws';

interface OutboundOptions {
  readonly writeTimeoutMs: number;
  readonly maxBufferedBytes: number;
  /** The client reads too slowly: nothing drained in time, or more waits for it than is kept. */
  readonly onStalled: (reason: 'write_timeout' | 'buffer_full') => void;
}

/** Sends texts to one socket, and gives a slow reader up before it costs memory. */
export function createOutbound(socket: WebSocket, options: OutboundOptions): { send(text: string): void } {
  const { writeTimeoutMs, maxBufferedBytes, onStalled } = options;
  let unwritten = 0;
  let timer: NodeJS.Timeout | undefined;

  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  const giveUp = () => {
    timer = undefined;
    onStalled('write_timeout');
  };
  const written = () => {
    unwritten -= 1;
    if (unwritten === 0) stop();
    else timer?.refresh();
  };
  socket.once('close', stop);

  return {
    send(text) {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount + text.length > maxBufferedBytes && socket.bufferedAmount > 0) {
        onStalled('buffer_full');
        return;
      }
      unwritten += 1;
      timer ??= setTimeout(giveUp, writeTimeoutMs);
      socket.send(text, written);
    },
  };
}
