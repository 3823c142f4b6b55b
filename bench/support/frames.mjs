// As little WebSocket as a load generator needs (RFC 6455): so cheap that what is measured is not the generator.

const EMPTY = Buffer.alloc(0);
export const Opcode = { text: 1, close: 8, ping: 9, pong: 10 };

/**
 * A client's frame. It has to be masked; a mask of zeros leaves the text as it is.
 * @param {string | Buffer} payload @param {number} [opcode]
 */
export function encode(payload, opcode = Opcode.text) {
  const body = Buffer.from(payload);
  const { length } = body;
  const head =
    length < 126
      ? Buffer.from([0x80 | opcode, 0x80 | length])
      : length < 65_536
        ? Buffer.from([0x80 | opcode, 0x80 | 126, length >> 8, length & 255])
        : Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | 127, 0, 0, 0, 0]), u32(length)]);
  return Buffer.concat([head, Buffer.alloc(4), body]);
}

/** @param {number} value */
function u32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/**
 * Takes a server's frames apart, in whatever pieces they come. Of a text only the beginning is kept: enough to tell what it is.
 */
export class FrameReader {
  /** @type {Buffer} */
  #rest = EMPTY;
  #left = -1;
  #length = 0;
  #opcode = 0;
  /** @type {Buffer[]} */
  #parts = [];
  #kept = 0;
  #onFrame;
  #keepBytes;

  /** @param {(opcode: number, beginning: Buffer, length: number) => void} onFrame @param {number} [keepBytes] */
  constructor(onFrame, keepBytes = 256) {
    this.#onFrame = onFrame;
    this.#keepBytes = keepBytes;
  }

  /** @param {Buffer} chunk */
  push(chunk) {
    const data = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    this.#rest = EMPTY;
    let at = 0;
    for (;;) {
      if (this.#left < 0) {
        const size = this.#readHead(data, at);
        if (size === 0) break;
        at += size;
      }
      at += this.#take(data, at);
      if (this.#left > 0) return;
      this.#finish();
    }
    if (at < data.length) this.#rest = data.subarray(at);
  }

  /** @param {Buffer} data @param {number} at @returns the size of the head, 0 when it is not there yet */
  #readHead(data, at) {
    if (data.length < at + 2) return 0;
    const short = (data[at + 1] ?? 0) & 127;
    const size = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (data.length < at + size) return 0;
    this.#opcode = (data[at] ?? 0) & 15;
    this.#length = size === 2 ? short : size === 4 ? data.readUInt16BE(at + 2) : data.readUInt32BE(at + 6);
    this.#left = this.#length;
    return size;
  }

  /** @param {Buffer} data @param {number} at */
  #take(data, at) {
    const taken = Math.min(this.#left, data.length - at);
    const kept = Math.min(taken, this.#keepBytes - this.#kept);
    if (kept > 0) {
      this.#parts.push(data.subarray(at, at + kept));
      this.#kept += kept;
    }
    this.#left -= taken;
    return taken;
  }

  #finish() {
    const parts = this.#parts;
    this.#parts = [];
    this.#kept = 0;
    this.#left = -1;
    this.#onFrame(this.#opcode, parts.length === 1 ? (parts[0] ?? EMPTY) : Buffer.concat(parts), this.#length);
  }
}
