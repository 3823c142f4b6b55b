import { CloseCode, CloseReason, type HubClientFrame, parseHubClientFrame } from '@picoclaw/protocol';
import type { Connection } from './connection.ts';
import type { ResolvedHubOptions } from './hub-options.ts';
import { createSendMemory } from './send-memory.ts';
import type { SubscribeOptions, SubscribeResult } from './subscriptions.ts';

/** What a client's messages can bring about. */
export interface InboundPort {
  subscribe(connection: Connection, channel: string, options: SubscribeOptions): Promise<SubscribeResult>;
  unsubscribe(connection: Connection, channel: string): boolean;
  reply(connection: Connection, frame: Readonly<Record<string, unknown>>): void;
  end(connection: Connection, code: CloseCode, reason: string): void;
}

type Ref = string | number | undefined;

/** Makes what reads the messages of clients: bounded in size and rate, never thrown off by what they say. */
export function createInbound(options: ResolvedHubOptions, port: InboundPort) {
  const sends = createSendMemory();

  const refuse = (connection: Connection, ref: Ref, code: string, message: string) =>
    port.reply(connection, { type: 'error', ref, code, message });

  /** A client that goes on talking nonsense is not worth a connection. */
  const blame = (connection: Connection, ref: Ref, code: string, message: string) => {
    refuse(connection, ref, code, message);
    if (connection.errorRate.take(options.monotonicNow())) return;
    port.end(connection, CloseCode.policyViolation, 'too many malformed messages');
  };

  const subscribe = async (connection: Connection, frame: Extract<HubClientFrame, { type: 'subscribe' }>) => {
    const { ref, after } = frame;
    const channel = channelOf(frame);
    const result = await port.subscribe(connection, channel, after === undefined ? { ref } : { ref, after });
    if (!result.ok) refuse(connection, ref, result.code, result.message);
  };

  const send = async (connection: Connection, { ref, channel, data }: Extract<HubClientFrame, { type: 'send' }>) => {
    const { onSend } = options;
    if (onSend === undefined) return refuse(connection, ref, 'not_allowed', 'This hub takes no messages.');
    // With the identity, for a session is only what a client calls it.
    const session = `${connection.identity.id} ${connection.session}`;
    const outcome = await sends.once(session, ref, async () => onSend(connection, channel, data));
    if (outcome.ok) port.reply(connection, { type: 'ack', ref, channel });
    else refuse(connection, ref, outcome.code, outcome.message);
  };

  const take = async (connection: Connection, frame: HubClientFrame): Promise<void> => {
    switch (frame.type) {
      case 'hello': {
        connection.session = frame.session ?? connection.id;
        const { heartbeatMs } = options;
        return port.reply(connection, { type: 'welcome', ref: frame.ref, session: connection.session, heartbeatMs });
      }
      case 'subscribe':
        return subscribe(connection, frame);
      case 'unsubscribe': {
        const channel = channelOf(frame);
        port.unsubscribe(connection, channel);
        return frame.ref === undefined ? undefined : port.reply(connection, { type: 'ack', ref: frame.ref, channel });
      }
      case 'send':
        return send(connection, frame);
      case 'ping':
        return port.reply(connection, { type: 'pong', ref: frame.ref, time: options.now() });
      case 'pong':
        return undefined;
    }
  };

  return (connection: Connection, data: unknown, isBinary: boolean) => {
    if (!connection.isOpen) return;
    connection.lastSeenAt = options.monotonicNow();
    const text = textOf(data);
    if (text === undefined || Buffer.byteLength(text) > options.maxMessageBytes) {
      return port.end(connection, CloseCode.tooLarge, CloseReason.tooLarge);
    }
    if (!connection.inboundRate.take(connection.lastSeenAt)) {
      return port.end(connection, CloseCode.policyViolation, 'too many messages');
    }
    if (isBinary) return blame(connection, undefined, 'invalid_message', 'Messages are text.');
    const parsed = parseHubClientFrame(text);
    if (!parsed.ok) return blame(connection, parsed.ref, parsed.code, parsed.message);
    take(connection, parsed.frame).catch((error: unknown) => {
      options.onError(error);
      refuse(connection, 'ref' in parsed.frame ? parsed.frame.ref : undefined, 'internal', 'The hub failed.');
    });
  };
}

/** `channel`, or `data` where clients of other hubs name it. */
const channelOf = ({ channel, data }: { channel?: string | undefined; data?: unknown }): string =>
  channel ?? (typeof data === 'string' ? data : '');

/** What `ws` and others hand over for a text message. */
function textOf(data: unknown): string | undefined {
  if (typeof data === 'string') return data;
  if (Array.isArray(data)) return Buffer.concat(data as Uint8Array[]).toString('utf8');
  if (data instanceof ArrayBuffer) return Buffer.from(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : undefined;
}
