import { parseJsonObject, withoutNulls } from './json-object.ts';
import { ServerFrame, serverFrameTypes } from './server-frames.ts';

/** A frame of the server, or why the text is none; a client ignores what it does not know. */
export type ServerFrameResult =
  | { ok: true; frame: ServerFrame }
  | { ok: false; reason: 'invalid_message' | 'unknown_type'; message: string };

/** Reads one text message of the server as a Pico frame; members it does not know are dropped in silence. */
export function parseServerFrame(text: string): ServerFrameResult {
  const parsed = parseJsonObject(text);
  if (parsed === undefined) return invalid('The message is not a JSON object.');
  const object = withoutNulls(parsed);
  const { type } = object;
  if (typeof type !== 'string') return invalid('The message has no type.');
  if (!serverFrameTypes.includes(type)) {
    return { ok: false, reason: 'unknown_type', message: `Unknown message type: ${type.slice(0, 64)}` };
  }
  const result = ServerFrame.safeParse(object);
  if (result.success) return { ok: true, frame: result.data };
  return invalid(`The ${type} message is not valid at ${result.error.issues[0]?.path.map(String).join('.')}.`);
}

function invalid(message: string): ServerFrameResult {
  return { ok: false, reason: 'invalid_message', message };
}
