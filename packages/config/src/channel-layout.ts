import type { ConfigProblem } from './config-error.ts';
import { isJsonObject, type JsonObject, type JsonValue, valueAt } from './json-object.ts';
import { deletionOf, type MergePatch, mergePatches, patchAt } from './merge-patch.ts';

/** The channels that are ours; every other one belongs to other programs. */
export type ChannelType = 'pico' | 'pico_client';

/**
 * How a document writes its channels: `flat` is `channels.<type>.<key>`, `list` is `channel_list.<name>` with `type`
 * and `enabled` beside `settings.<key>`.
 */
type ChannelLayout = 'flat' | 'list';

interface Documents {
  readonly config: JsonObject;
  readonly security: JsonObject;
}

const LIST_SINCE_VERSION = 3;

/**
 * Every place where a channel's key can stand in either document, the strongest first. Entries of a `channel_list` may
 * carry their settings directly as well, and .security.yml names an entry without repeating its type.
 */
export function channelPlaces(documents: Documents, type: ChannelType, key: string): readonly (readonly string[])[] {
  const name = listedName(documents, type);
  const flat = [
    ['channels', type, 'settings', key],
    ['channels', type, key],
  ];
  if (name === undefined) return flat;
  return [['channel_list', name, 'settings', key], ['channel_list', name, key], ...flat];
}

/** The patch that sets a channel's key in a document, in the layout that the document has already. */
export function channelPatch(
  documents: Documents,
  target: keyof Documents,
  type: ChannelType,
  values: MergePatch,
): MergePatch {
  const { enabled, ...settings } = values;
  if (layoutOf(documents, target, type) === 'flat') return { channels: { [type]: { ...values } } };
  const name = listedName(documents, type) ?? `${type}_channel`;
  const isNew = target === 'config' && !isJsonObject(valueAt(documents.config, ['channel_list', name]));
  const entry: MergePatch = {
    ...(isNew && { type }),
    ...(enabled !== undefined && { enabled }),
    ...(Object.keys(settings).length > 0 && { settings }),
  };
  return { channel_list: { [name]: entry } };
}

/** The patch that sets a channel's option in config.json where it counts: where it stands, else where new ones go. */
export function channelOptionPatch(documents: Documents, type: ChannelType, key: string, value: JsonValue): MergePatch {
  const present = channelPlaces(documents, type, key).filter((path) => valueAt(documents.config, path) !== undefined);
  if (value === null) return mergePatches(present.map(deletionOf));
  const [strongest] = present;
  return strongest ? patchAt(strongest, value) : channelPatch(documents, 'config', type, { [key]: value });
}

/** A channel of ours can exist once: two enabled entries of a `channel_list` contradict each other. */
export function duplicateProblems(file: string, config: JsonObject, type: ChannelType): ConfigProblem[] {
  const enabled = entriesOf(config, type).filter(([, entry]) => entry['enabled'] === true);
  if (enabled.length < 2) return [];
  const names = enabled.map(([name]) => JSON.stringify(name)).join(', ');
  return [
    {
      file,
      path: 'channel_list',
      message: `has ${enabled.length} enabled channels of type ${type} (${names}); one is allowed`,
    },
  ];
}

function layoutOf(documents: Documents, target: keyof Documents, type: ChannelType): ChannelLayout {
  const document = documents[target];
  const name = listedName(documents, type);
  if (name !== undefined && isJsonObject(valueAt(document, ['channel_list', name]))) return 'list';
  if (isJsonObject(valueAt(document, ['channels', type]))) return 'flat';
  if (isJsonObject(document['channel_list'])) return 'list';
  if (isJsonObject(document['channels'])) return 'flat';
  if (target === 'security') return layoutOf(documents, 'config', type);
  const { version } = document;
  return typeof version === 'number' && version >= LIST_SINCE_VERSION ? 'list' : 'flat';
}

/** The name of the entry; the type itself when there is none yet; `undefined` when another channel has taken that name. */
function listedName({ config, security }: Documents, type: ChannelType): string | undefined {
  const isFree = ([name]: [string, JsonObject]) => valueAt(config, ['channel_list', name]) === undefined;
  const entries = [...entriesOf(config, type), ...entriesOf(security, type).filter(isFree)];
  const chosen = entries.find(([, entry]) => entry['enabled'] === true) ?? entries[0];
  if (chosen) return chosen[0];
  return valueAt(config, ['channel_list', type]) === undefined ? type : undefined;
}

function entriesOf(document: JsonObject, type: ChannelType): [string, JsonObject][] {
  const list = document['channel_list'];
  if (!isJsonObject(list)) return [];
  const isOurs = (entry: [string, unknown]): entry is [string, JsonObject] =>
    isJsonObject(entry[1]) && (entry[1]['type'] || entry[0]) === type;
  return Object.entries(list).filter(isOurs);
}
