import { ChannelName, ProcessId } from '@picoclaw/protocol';
import type { Draft } from './backplane.ts';
import { HubError } from './hub-error.ts';

export const CHANNEL_GRAMMAR = 'A channel name has 1 to 256 characters of A-Z a-z 0-9 _ - . :';

/** Throws a HubError (`invalid_channel`) unless the name is one (hub-client.md). */
export function checkChannel(channel: string): void {
  if (ChannelName.safeParse(channel).success) return;
  throw new HubError('invalid_channel', CHANNEL_GRAMMAR);
}

/** The channel of a process. Throws a HubError (`invalid_process_id`) unless the id is one. */
export function processChannel(processId: string): string {
  if (ProcessId.safeParse(processId).success) return `process:${processId}`;
  throw new HubError('invalid_process_id', 'A process id has 1 to 128 characters of A-Z a-z 0-9 _ - .');
}

/**
 * Writes a publication, all but its id, as JSON: the only time, however many get it. Throws a HubError
 * (`not_serialisable`) when that is not possible.
 */
export function writeDraft(channel: string | undefined, members: Readonly<Record<string, unknown>>): Draft {
  try {
    return { channel, body: JSON.stringify({ channel, ...members }).slice(1, -1) };
  } catch (cause) {
    throw new HubError('not_serialisable', 'What is published must be JSON data.', { cause });
  }
}
