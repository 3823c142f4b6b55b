/** Makes an id of 128 random bits in 32 hexadecimal digits. */
export function createId(): string {
  // Not crypto.randomUUID(): browsers withhold it from pages that came over plain http from another machine.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
