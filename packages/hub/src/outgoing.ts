import type { Frame } from './frame.ts';
import type { HubSocket } from './socket.ts';

/** What becomes of a channel's messages for a client that does not read: 1013, loss with a `gap`, or only the newest. */
export type SlowPolicy = 'disconnect' | 'drop' | 'latest';

/** What happened to a frame. */
export type Handover = 'queued' | 'dropped' | 'replaced' | 'overflow';

/** What waits for one client: at most `highWaterBytes` in the socket and here together, whatever the policies. */
export interface Outgoing {
  /** Bytes that were handed over and not yet taken by the network. */
  readonly pressure: number;
  /** Whether something was left out that is to be made good when the client has caught up. */
  readonly isBehind: boolean;
  send(frame: Frame, channel: string | undefined, policy: SlowPolicy): Handover;
  /** Hands everything to the socket, in one write where it can do that. */
  flush(): void;
  /** When the client has caught up: sends what `latest` kept and tells which channels have a gap. */
  catchUp(): readonly string[];
  forget(channel: string): void;
}

/** Makes the queue of one socket. */
export function createOutgoing(socket: HubSocket, highWaterBytes: number): Outgoing {
  let queue: Frame[] = [];
  let queuedBytes = 0;
  const gaps = new Set<string>();
  const latest = new Map<string, Frame>();

  const pressure = () => socket.bufferedAmount + queuedBytes;
  const push = (frame: Frame): Handover => {
    queue.push(frame);
    queuedBytes += frame.bytes;
    return 'queued';
  };
  const leaveOut = (frame: Frame, channel: string, policy: 'drop' | 'latest'): Handover => {
    if (policy === 'latest') {
      latest.set(channel, frame);
      return 'replaced';
    }
    gaps.add(channel);
    return 'dropped';
  };
  return {
    get pressure() {
      return pressure();
    },
    get isBehind() {
      return gaps.size > 0 || latest.size > 0;
    },
    send(frame, channel, policy) {
      const isLossy = channel !== undefined && policy !== 'disconnect';
      // What comes after a gap comes after the word of it, and an older state never after a newer one.
      if (isLossy && (gaps.has(channel) || latest.has(channel))) return leaveOut(frame, channel, policy);
      if (pressure() + frame.bytes <= highWaterBytes) return push(frame);
      return isLossy ? leaveOut(frame, channel, policy) : 'overflow';
    },
    flush() {
      const frames = queue;
      queue = [];
      queuedBytes = 0;
      if (socket.write === undefined) {
        for (const { text } of frames) socket.send(text);
      } else if (frames.length === 1) {
        socket.write((frames[0] as Frame).wire);
      } else if (frames.length > 1) {
        socket.write(Buffer.concat(frames.map(({ wire }) => wire)));
      }
    },
    catchUp() {
      // Half way down, so that a client at the brink is not told of a gap for each message.
      if (pressure() > highWaterBytes / 2) return [];
      for (const frame of latest.values()) push(frame);
      latest.clear();
      const told = [...gaps];
      gaps.clear();
      return told;
    },
    forget(channel) {
      gaps.delete(channel);
      latest.delete(channel);
    },
  };
}
