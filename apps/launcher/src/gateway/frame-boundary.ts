import type { CloseCode } from '@picoclaw/protocol';

/**
 * Follows a stream of WebSocket frames just closely enough to know whether it stands between two of them,
 * where another frame may be put in (RFC 6455, 5.2). It looks at headers only and keeps at most 13 bytes.
 */
export class FrameBoundary {
  /** What has come of a header that is not whole yet. */
  #header: Buffer | undefined;
  #payloadLeft = 0;

  get isBetweenFrames(): boolean {
    return this.#payloadLeft === 0 && this.#header === undefined;
  }

  /** Answers with where in the chunk the first frame ended, if one did. */
  push(chunk: Buffer): number | undefined {
    let at = 0;
    let firstEnd: number | undefined;
    while (at < chunk.length) {
      at = this.#payloadLeft > 0 ? this.#skipPayload(chunk, at) : this.#readHeader(chunk, at);
      if (this.isBetweenFrames) firstEnd ??= at;
    }
    return firstEnd;
  }

  #skipPayload(chunk: Buffer, at: number): number {
    const step = Math.min(this.#payloadLeft, chunk.length - at);
    this.#payloadLeft -= step;
    return at + step;
  }

  #readHeader(chunk: Buffer, at: number): number {
    const before = this.#header ?? EMPTY;
    // Nearly always whole in one chunk, and then nothing is copied.
    const bytes = before.length === 0 ? chunk.subarray(at) : Buffer.concat([before, chunk.subarray(at, at + 14)]);
    const frame = frameSizes(bytes);
    // A copy: what is left of a chunk would keep all of it.
    this.#header = frame === undefined ? Buffer.from(bytes) : undefined;
    if (frame === undefined) return chunk.length;
    this.#payloadLeft = frame.payloadBytes;
    return at + frame.headerBytes - before.length;
  }
}

const EMPTY = Buffer.alloc(0);

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
