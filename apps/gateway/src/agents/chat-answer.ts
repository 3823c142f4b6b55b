import type { AgentDelta } from './agent.ts';
import { chatChunk } from './chat-chunk.ts';
import { BrokenAnswer } from './provider-fault.ts';
import { createToolCalls } from './tool-calls.ts';

interface ChatAnswerOptions {
  readonly contextWindow: number;
  /** Whether the end of the answer was marked as such, asked after the last chunk. */
  readonly isMarkedDone: () => boolean;
}

/** Turns the chunks of a chat completion into pieces of an answer; throws `BrokenAnswer` when it is none or not whole. */
export async function* readChatAnswer(
  chunks: AsyncIterable<unknown>,
  { contextWindow, isMarkedDone }: ChatAnswerOptions,
): AsyncGenerator<AgentDelta> {
  const toolCalls = createToolCalls();
  let usage: AgentDelta | undefined;
  let finishReason: string | undefined;
  let hasText = false;
  let hasAnything = false;
  for await (const raw of chunks) {
    const chunk = chatChunk.safeParse(raw);
    if (!chunk.success) throw new BrokenAnswer('sent something that is no answer of a model');
    if (chunk.data.usage) usage = usageDelta(chunk.data.usage, contextWindow);
    const [choice] = chunk.data.choices;
    const piece = choice?.delta ?? choice?.message;
    finishReason = choice?.finish_reason || finishReason;
    const thought = piece?.reasoning_content || piece?.reasoning;
    const text = piece?.content || piece?.refusal;
    toolCalls.add(piece?.tool_calls ?? []);
    hasText ||= Boolean(text);
    hasAnything ||= Boolean(thought || text || piece?.tool_calls?.length);
    if (thought) yield { kind: 'thought', text: thought };
    if (text) yield { kind: 'text', text };
  }
  const isWhole = finishReason !== undefined || isMarkedDone();
  if (hasAnything && !isWhole) throw new BrokenAnswer('broke the answer off');
  if (!hasText && toolCalls.all.length === 0) throw new BrokenAnswer(emptyReason(finishReason));
  for (const call of toolCalls.all) yield { kind: 'tool_call', call };
  if (usage) yield usage;
}

function usageDelta(
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens?: number | undefined },
  contextWindow: number,
): AgentDelta {
  const { prompt_tokens, completion_tokens, total_tokens = prompt_tokens + completion_tokens } = usage;
  const counts = { input_tokens: prompt_tokens, output_tokens: completion_tokens, total_tokens };
  return { kind: 'usage', usage: { ...counts, context_window: contextWindow } };
}

function emptyReason(finishReason: string | undefined): string {
  if (finishReason === 'length') return 'gave an empty answer: the limit of tokens was reached before it began';
  return finishReason === 'content_filter' ? 'withheld its answer by its content filter' : 'gave an empty answer';
}
