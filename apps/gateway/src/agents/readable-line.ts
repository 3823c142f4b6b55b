/** What others wrote, as a part of one of our sentences: one line, no control characters, bounded, no full stop. */
export function readableLine(text: string, maxLength = 300): string {
  // Cf: marks that turn the direction of writing or that nobody sees.
  const line = text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .replace(/\p{Cf}/gu, '')
    .trim();
  const short = line.length > maxLength ? `${line.slice(0, maxLength).trimEnd()}…` : line;
  return short.replace(/\.$/, '');
}

/** A time in words, in whole seconds. */
export function secondsText(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds === 1 ? '1 second' : `${seconds} seconds`;
}
