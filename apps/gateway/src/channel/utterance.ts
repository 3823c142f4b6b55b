import type { ServerFrame } from '@picoclaw/protocol';

/** A server frame as the channel's parts write it; the session adds the envelope. */
export type Utterance = DistributiveOmit<ServerFrame, 'session_id' | 'timestamp' | 'seq'>;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
