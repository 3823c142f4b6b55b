/** The position before the first entry of any stream. */
export const START = '0-0';

/**
 * What somebody has seen: the stream up to `position`, and of some origins what they published while they had no way to
 * the stream, up to a sequence number. As text `<position>[~<origin>~<seq>]…`: the ids of publications.
 */
export interface Cursor {
  readonly position: string;
  readonly seen: ReadonlyMap<string, number>;
}

/** A client hands back at most 256 characters, so only that many origins are told, the newest ones. */
const MAX_ORIGINS = 4;
const NUMBER = '(?:0|[1-9]\\d{0,18})';
const CURSOR = new RegExp(`^(${NUMBER}-${NUMBER})((?:~\\w{1,32}~(?:0|[1-9]\\d{0,14})){0,${MAX_ORIGINS}})$`);

/** Undefined for what is not an id of ours. */
export function parseCursor(id: string): Cursor | undefined {
  const [, position, origins = ''] = CURSOR.exec(id) ?? [];
  if (position === undefined) return undefined;
  const parts = origins.split('~').slice(1);
  const seen = new Map<string, number>();
  for (let at = 0; at < parts.length; at += 2) seen.set(parts[at] ?? '', Number(parts[at + 1]));
  return { position, seen };
}

/** The id that says the same as the cursor. */
export function formatCursor({ position, seen }: Cursor): string {
  return [position, ...[...seen].slice(-MAX_ORIGINS).flat()].join('~');
}

/** Negative when `a` comes first; the two numbers may exceed what a double holds. */
export function comparePositions(a: string, b: string): number {
  const [aMs = '', aNumber = ''] = a.split('-');
  const [bMs = '', bNumber = ''] = b.split('-');
  return compareDecimals(aMs, bMs) || compareDecimals(aNumber, bNumber);
}

function compareDecimals(a: string, b: string): number {
  if (a === b) return 0;
  return a.length - b.length || (a < b ? -1 : 1);
}

/** The later of two positions. */
export const laterPosition = (a: string, b: string): string => (comparePositions(a, b) >= 0 ? a : b);

/** When Redis took the entry, Unix ms by its own clock. */
export const positionMs = (position: string): number => Number(position.split('-')[0]);
