import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { type HandedUpgrade, type HandoffOrder, type HandoffReport, isHandoffReport } from '@picoclaw/server';

/** The way by which sockets are handed to a gateway that this launcher has started: its IPC channel. */
export interface SocketLink {
  /** Whether the gateway can still be told anything. */
  readonly isOpen: boolean;
  /** Sends an upgrade with a second descriptor of its socket; the first one stays here until the gateway has reported. */
  hand(upgrade: HandedUpgrade, socket: Socket): void;
  tell(order: Exclude<HandoffOrder, HandedUpgrade>): void;
  /** What the gateway reports, and that nothing will come any more, which may be said twice. */
  follow(listener: { onReport(report: HandoffReport): void; onGone(): void }): void;
}

/** Makes the link of a child process with an IPC channel. */
export function createSocketLink(child: ChildProcess): SocketLink {
  // Whatever cannot be sent: `disconnect` says so for all at once.
  const done = () => undefined;
  return {
    get isOpen() {
      return child.connected;
    },
    hand(upgrade, socket) {
      if (!child.connected) return;
      // Node would have the server ask this child for its connections, and `close()` wait for them.
      Object.assign(socket, { server: null });
      child.send(upgrade, socket, { keepOpen: true }, done);
    },
    tell(order) {
      if (child.connected) child.send(order, done);
    },
    follow({ onReport, onGone }) {
      child.on('message', (message) => {
        if (isHandoffReport(message)) onReport(message);
      });
      // While the receipt of a handle is due, Node does not tell of the channel's end; that of the process it does.
      child.once('disconnect', onGone).once('exit', onGone);
      if (!child.connected) onGone();
    },
  };
}
