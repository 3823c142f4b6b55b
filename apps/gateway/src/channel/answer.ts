import { ErrorCode } from '@picoclaw/protocol';
import type { FastifyBaseLogger } from 'fastify';
import { type Agent, type AgentDelta, AgentError, type AgentRequest } from '../agents/agent.ts';
import type { SessionRecord } from '../history/session-record.ts';
import type { StoredMessage } from '../history/stored-message.ts';
import type { SessionVoice } from './session-voice.ts';
import { createTextWriter, type TextWriter } from './text-writer.ts';

/** A person's message, and what its sender calls it. */
export interface Question {
  readonly message: StoredMessage;
  readonly requestId: string | undefined;
  readonly answerId: string;
}

interface AnswerOptions {
  readonly agent: Agent;
  readonly question: Question;
  readonly request: Omit<AgentRequest, 'signal'>;
  readonly signal: AbortSignal;
  readonly voice: SessionVoice;
  readonly record: Pick<SessionRecord, 'addAnswer'>;
  /** What had been said of it when somebody else ended in the middle of it. */
  readonly said: string | undefined;
  readonly log: FastifyBaseLogger;
  readonly now?: () => number;
}

/**
 * Lets the agent answer one message, says the pieces as they come, and stores the whole. Never rejects. An answer that
 * is broken off because the gateway stops is not stored: the next gateway gives it, and goes on where this one was.
 */
export function runAnswer(options: AnswerOptions): Promise<void> {
  return new Answer(options).run();
}

class Answer {
  readonly #options: AnswerOptions;
  readonly #text: TextWriter;
  #thought: TextWriter | undefined;
  #modelName: string | undefined;
  #usage: Readonly<Record<string, unknown>> | undefined;
  readonly #toolCalls: unknown[] = [];

  constructor(options: AnswerOptions) {
    const { agent, question, said, voice } = options;
    this.#options = options;
    this.#modelName = agent.modelName;
    this.#text = createTextWriter({
      messageId: question.answerId,
      voice,
      members: () => this.#model(),
      said,
    });
  }

  async run(): Promise<void> {
    const { voice, signal } = this.#options;
    voice.say({ type: 'typing.start' });
    const failure = await this.#listen();
    const isStopping = signal.aborted && signal.reason !== 'cancelled';
    const error = signal.aborted ? undefined : failure;
    const isCancelled = signal.aborted && !isStopping;
    await this.#thought?.finish();
    await this.#text.finish({
      ...(isCancelled && { cancelled: true }),
      ...(this.#usage !== undefined && !signal.aborted && { context_usage: this.#usage }),
    });
    if (error !== undefined) this.#sayFailure(error);
    if (!isStopping) await this.#store(isCancelled, error);
    voice.say({ type: 'typing.stop' });
  }

  /** Takes what comes until the end, and says how that was when it was not well. */
  async #listen(): Promise<string | undefined> {
    const { agent, request, signal, log } = this.#options;
    // Cancelled while it waited for its turn.
    if (signal.aborted) return undefined;
    try {
      for await (const delta of agent.answer({ ...request, signal })) {
        if (signal.aborted) break;
        this.#take(delta);
      }
      return undefined;
    } catch (error) {
      if (signal.aborted) return undefined;
      log.error({ err: error, code: ErrorCode.agentFailed }, 'the agent failed');
      return error instanceof AgentError ? error.message : 'The agent failed; the log of the gateway says why.';
    }
  }

  #take(delta: AgentDelta): void {
    switch (delta.kind) {
      case 'text':
        this.#text.add(delta.text);
        break;
      case 'thought':
        this.#thought ??= createTextWriter({
          messageId: `${this.#options.question.answerId}-thought`,
          voice: this.#options.voice,
          members: () => ({ kind: 'thought', ...this.#model() }),
        });
        this.#thought.add(delta.text);
        break;
      case 'tool_call':
        this.#toolCalls.push(delta.call);
        this.#sayToolCalls();
        break;
      case 'usage':
        this.#usage = { ...delta.usage };
        break;
      case 'model':
        this.#modelName = delta.modelName;
        break;
    }
  }

  #sayToolCalls(): void {
    const { voice, question } = this.#options;
    const type = this.#toolCalls.length === 1 ? 'message.create' : 'message.update';
    const message_id = `${question.answerId}-tools`;
    const payload = { message_id, content: '', kind: 'tool_calls', tool_calls: [...this.#toolCalls], ...this.#model() };
    voice.say({ type, payload });
  }

  #sayFailure(message: string): void {
    const { voice, question } = this.#options;
    const request = question.requestId === undefined ? {} : { request_id: question.requestId };
    voice.say({ type: 'error', payload: { code: ErrorCode.agentFailed, message, ...request } });
  }

  async #store(isCancelled: boolean, error: string | undefined): Promise<void> {
    const { record, question, voice, log, now = Date.now } = this.#options;
    const thoughts = this.#thought?.text;
    const answer = {
      message_id: question.answerId,
      reply_to: question.message.message_id,
      content: this.#text.text,
      time: now(),
      ...this.#model(),
      ...(isCancelled && { cancelled: true }),
      ...(error !== undefined && { error }),
      ...(thoughts !== undefined && { thoughts }),
      ...(this.#toolCalls.length > 0 && { tool_calls: this.#toolCalls }),
    };
    // An answer that is stored is not given again, so that first every frame of it must be sure to reach who comes back.
    await voice.written();
    const noted = record.addAnswer(answer).catch((cause: unknown) => {
      log.error({ code: ErrorCode.storageFailed, err: cause }, 'an answer could not be stored');
    });
    // Only clients of pico.v2 were promised that nothing is lost; the others need not wait for the disk.
    if (voice.isNumbered) await noted;
  }

  #model(): { model_name?: string } {
    return this.#modelName === undefined ? {} : { model_name: this.#modelName };
  }
}
