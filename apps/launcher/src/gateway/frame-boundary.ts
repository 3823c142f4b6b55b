import type { CloseCode } from '@picoclaw/protocol';

/**
 * Follows a stream of WebSocket frames just closely enough to know whether it stands between two of them,
 * where another frame may be put in (RFC 6455, 5.2). It looks at headers only and keeps at most 13 bytes.
 */
export interface FrameBoundary {
  /** Answers with where in the chunk the first frame ended, if one did. */
  push(chunk: Buffer): number | undefined;
  readonly isBetweenFrames: boolean;
}

/** Starts at a boundary, as right after the 101. */
export function createFrameBoundary(): FrameBoundary {
  let header = Buffer.alloc(0);
  let payloadLeft = 0;
  return {
    push(chunk) {
      let at = 0;
      let firstEnd: number | undefined;
      while (at < chunk.length) {
        if (payloadLeft > 0) {
          const step = Math.min(payloadLeft, chunk.length - at);
          payloadLeft -= step;
          at += step;
          if (payloadLeft === 0) firstEnd ??= at;
          continue;
        }
        const taken = header.length;
        header = Buffer.concat([header, chunk.subarray(at, at + 14 - taken)]);
        const frame = frameSizes(header);
        if (frame === undefined) return firstEnd;
        at += frame.headerBytes - taken;
        payloadLeft = frame.payloadBytes;
        header = Buffer.alloc(0);
        if (payloadLeft === 0) firstEnd ??= at;
      }
      return firstEnd;
    },
    get isBetweenFrames() {
      return payloadLeft === 0 && header.length === 0;
    },
  };
}

function frameSizes(bytes: Buffer): { headerBytes: number; payloadBytes: number } | undefined {
  if (bytes.length < 2) return undefined;
  const second = bytes.readUInt8(1);
  const length = second & 0x7f;
  const lengthBytes = length === 127 ? 8 : length === 126 ? 2 : 0;
  const headerBytes = 2 + lengthBytes + (second & 0x80 ? 4 : 0);
  if (bytes.length < headerBytes) return undefined;
  if (lengthBytes === 0) return { headerBytes, payloadBytes: length };
  const payloadBytes = lengthBytes === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  return { headerBytes, payloadBytes };
}

/** An unmasked close frame, as a server sends it; the reason fits into a control frame (RFC 6455, 5.5.1). */
export function closeFrame(code: CloseCode, reason: string): Buffer {
  const text = Buffer.from(reason, 'utf8').subarray(0, 123);
  const frame = Buffer.alloc(4 + text.length);
  frame.writeUInt8(0x88, 0);
  frame.writeUInt8(2 + text.length, 1);
  frame.writeUInt16BE(code, 2);
  text.copy(frame, 4);
  return frame;
}
