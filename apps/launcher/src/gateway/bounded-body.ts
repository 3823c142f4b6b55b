/** An answer that is larger than anything a gateway has to say. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
}

/** The longest page of a conversation has a thousand messages. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Reads a body up to a size, and then no further: what answers at the gateway's port may never end. */
export async function readBoundedBody(response: Response, maxBytes = MAX_BYTES): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the rest.
    if (bytes > maxBytes) throw new BodyTooLargeError(`more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
