import { ChannelName, ProcessId } from '@picoclaw/protocol';
import type { Draft } from './backplane.ts';

/** As stored: field, value, field, value … */
export type StreamEntry = readonly [position: string, fields: readonly string[]];

/** What its node says of a publication in the stream. */
export interface StreamPlace {
  /** The life of a node; ends with its process. */
  readonly origin: string;
  /** Counts the publications of the origin, from 1. */
  readonly seq: number;
  /** What its origin published just before it is not in the stream, and never will be. */
  readonly isAfterHole: boolean;
  /** A stream that was lost may have had it, so that nodes know it by another position: it is handed in again. */
  readonly isAgain: boolean;
}

/** A publication of some node, as the stream carries it. */
export interface CarriedPublication extends StreamPlace {
  readonly kind: 'publication';
  readonly channel: string | undefined;
  /** Undefined when it was too large to carry: others learn only that they miss something. */
  readonly body: string | undefined;
}

/** Says that this is where a node found the stream empty, or that before this the stream lost what it held. */
export interface StreamMark {
  readonly kind: 'start' | 'restart';
}

/** What clients may send is at most 64 KiB; the hub adds type, channel and time. */
const MAX_BODY_BYTES = 64 * 1024 + 4096;

const ORIGIN = /^\w{8,32}$/;
const SEQ = /^[1-9]\d{0,14}$/;

/** The fields of a publication; one that no node would accept goes without its body. */
export function publicationFields({ channel, body }: Draft, place: StreamPlace): string[] {
  const { origin, seq, isAfterHole, isAgain } = place;
  const fields = ['origin', origin, 'seq', String(seq)];
  if (isAfterHole) fields.push('hole', '1');
  if (isAgain) fields.push('again', '1');
  if (!isCarried(body)) return fields;
  return [...fields, ...(channel === undefined ? [] : ['channel', channel]), 'body', body];
}

/** The fields of a mark. */
export const markFields = (origin: string, kind: StreamMark['kind']): string[] => ['origin', origin, 'mark', kind];

/** Whoever may write to the Redis may write anything: undefined for what is not an entry of ours. */
export function parseEntry([, fields]: StreamEntry): CarriedPublication | StreamMark | undefined {
  const values = new Map<string, string>();
  for (let at = 0; at + 1 < fields.length; at += 2) values.set(fields[at] ?? '', fields[at + 1] ?? '');
  const origin = values.get('origin') ?? '';
  if (!ORIGIN.test(origin)) return undefined;
  const mark = values.get('mark');
  if (mark === 'start' || mark === 'restart') return { kind: mark };
  const seq = values.get('seq') ?? '';
  const channel = values.get('channel');
  const body = values.get('body');
  if (!SEQ.test(seq) || !ChannelName.safeParse(channel ?? '-').success) return undefined;
  if (body !== undefined && !isCarried(body)) return undefined;
  const [isAfterHole, isAgain] = [values.has('hole'), values.has('again')];
  return { kind: 'publication', origin, seq: Number(seq), channel, body, isAfterHole, isAgain };
}

/** A body goes to clients as it is, so it has to be the members of one JSON object, without the `id` that we add. */
function isCarried(body: string): boolean {
  if (Buffer.byteLength(body) > MAX_BODY_BYTES) return false;
  try {
    const members = JSON.parse(`{${body}}`) as Record<string, unknown>;
    // Behind the `id` and its comma something has to come.
    if (Object.keys(members).length === 0) return false;
    return !('id' in members) && (!('processId' in members) || ProcessId.safeParse(members['processId']).success);
  } catch {
    return false;
  }
}
