import type { ServerFrame } from '@picoclaw/protocol';

/** How far a session of `pico.v2` has been heard; without `pico.v2` nothing is numbered, and everything is new. */
export interface PicoPosition {
  /** The number to resume after, when one is known. */
  readonly after: number | undefined;
  /** Takes a frame, or returns false when it came before. */
  take(frame: ServerFrame): boolean;
}

/** Makes the position of a session that has heard nothing. */
export function createPicoPosition(): PicoPosition {
  let heard: number | undefined;
  return {
    get after() {
      return heard;
    },
    take(frame) {
      if (frame.type === 'hello') {
        const { seq } = frame.payload;
        // The first one says where the session is; a lower one that the server has lost what it had, and counts anew.
        heard = heard === undefined ? seq : Math.min(heard, seq);
        return true;
      }
      if (frame.type === 'resync') {
        heard = frame.payload.seq ?? frame.seq;
        return true;
      }
      if (frame.seq === undefined) return true;
      if (heard !== undefined && frame.seq <= heard) return false;
      heard = frame.seq;
      return true;
    },
  };
}
