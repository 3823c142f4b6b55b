import type { MediaSendFrame, MessageSendFrame } from '@picoclaw/protocol';
import { ErrorCode, type ServerFrame } from '@picoclaw/protocol';
import type { FastifyBaseLogger } from 'fastify';
import { type Agent, AgentError } from '../agents/agent.ts';

/** A server frame as the channel's parts write it; the session adds the envelope. */
export type Utterance = DistributiveOmit<ServerFrame, 'session_id' | 'timestamp' | 'seq'>;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

interface AnswerOptions {
  readonly agent: Agent;
  readonly sessionId: string;
  readonly frame: MessageSendFrame | MediaSendFrame;
  /** The id of the answer. */
  readonly messageId: string;
  readonly signal: AbortSignal;
  readonly log: FastifyBaseLogger;
  readonly say: (utterance: Utterance) => void;
}

/** Lets the agent answer one message and says the pieces as they come: `message.create`, then the full text so far. */
export async function runAnswer({
  agent,
  sessionId,
  frame,
  messageId,
  signal,
  log,
  say,
}: AnswerOptions): Promise<void> {
  const { content, media } = frame.payload;
  const model = agent.modelName === undefined ? {} : { model_name: agent.modelName };
  let text = '';
  say({ type: 'typing.start' });
  try {
    for await (const delta of agent.answer({ sessionId, content, media, images: [], history: [], signal })) {
      if (signal.aborted) break;
      if (delta.kind !== 'text') continue;
      const isFirst = text === '';
      text += delta.text;
      if (text === '') continue;
      const type = isFirst ? 'message.create' : 'message.update';
      say({ type, payload: { message_id: messageId, content: text, ...model } });
    }
  } catch (error) {
    if (!signal.aborted) say(failure(error, frame.id, log));
  } finally {
    say({ type: 'typing.stop' });
  }
}

function failure(error: unknown, requestId: string | undefined, log: FastifyBaseLogger): Utterance {
  log.error({ err: error, code: ErrorCode.agentFailed }, 'the agent failed');
  const message = error instanceof AgentError ? error.message : 'The agent failed; the log of the gateway says why.';
  const request = requestId === undefined ? {} : { request_id: requestId };
  return { type: 'error', payload: { code: ErrorCode.agentFailed, message, ...request } };
}
