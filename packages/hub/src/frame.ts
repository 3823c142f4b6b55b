/** One message; its text, and the frame of it that goes over the wire, are made once for all who get it. */
export class Frame {
  readonly text: string;
  /** Of the text in UTF-8. */
  readonly bytes: number;
  #wire: Buffer | undefined;

  constructor(text: string) {
    this.text = text;
    this.bytes = Buffer.byteLength(text);
  }

  /** An unmasked, final text frame without extensions (RFC 6455, 5.2). */
  get wire(): Buffer {
    this.#wire ??= Buffer.concat([headOf(this.bytes), Buffer.from(this.text)]);
    return this.#wire;
  }
}

const FINAL_TEXT = 0x81;

function headOf(length: number): Buffer {
  if (length < 126) return Buffer.from([FINAL_TEXT, length]);
  const isShort = length < 65_536;
  const head = Buffer.alloc(isShort ? 4 : 10);
  head.set([FINAL_TEXT, isShort ? 126 : 127]);
  if (isShort) head.writeUInt16BE(length, 2);
  else head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}
