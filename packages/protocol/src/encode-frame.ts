import type { ClientFrameInput } from './client-frames.ts';
import type { ServerFrame } from './server-frames.ts';

/** Writes a frame as the text of one WebSocket message; members that are undefined are left out. */
export function encodeFrame(frame: ClientFrameInput | ServerFrame): string {
  return JSON.stringify(frame);
}
