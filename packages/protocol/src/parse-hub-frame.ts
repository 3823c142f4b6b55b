import { HubClientFrame, HubServerFrame } from './hub-frames.ts';
import { isHostile, type JsonObject, parseJsonObject } from './json-object.ts';

/** A frame of a hub's client, or what the hub's `error` says; `ref` is that of the refused frame. */
export type HubClientFrameResult =
  | { ok: true; frame: HubClientFrame }
  | { ok: false; code: 'invalid_message' | 'unknown_type'; message: string; ref?: string | number };

const typesOf = (union: { def: { options: readonly { shape: { type: { def: { values: readonly string[] } } } }[] } }) =>
  union.def.options.flatMap((option) => option.shape.type.def.values);
const clientTypes = typesOf(HubClientFrame as never);

/** Reads one text message of a hub's client (hub-client.md); members it does not know are dropped in silence. */
export function parseHubClientFrame(text: string): HubClientFrameResult {
  const object = parseJsonObject(text);
  if (object === undefined || isHostile(object)) {
    return { ok: false, code: 'invalid_message', message: 'The message is not a JSON object of a kind taken here.' };
  }
  const { type } = object;
  if (typeof type !== 'string') return refuse('invalid_message', 'The message has no type.', object);
  if (!clientTypes.includes(type)) return refuse('unknown_type', `Unknown message type: ${type.slice(0, 64)}`, object);
  const result = HubClientFrame.safeParse(object);
  if (result.success) return { ok: true, frame: result.data };
  const path = result.error.issues[0]?.path.map(String).join('.');
  return refuse('invalid_message', `The ${type} message is not valid at ${path}.`, object);
}

/** Reads one text message of a hub; undefined is one that this client does not know, and no error. */
export function parseHubServerFrame(text: string): HubServerFrame | undefined {
  const result = HubServerFrame.safeParse(parseJsonObject(text));
  return result.success ? result.data : undefined;
}

function refuse(code: 'invalid_message' | 'unknown_type', message: string, { ref }: JsonObject): HubClientFrameResult {
  const usable = typeof ref === 'number' || (typeof ref === 'string' && ref.length <= 256);
  return { ok: false, code, message, ...(usable ? { ref } : {}) };
}
