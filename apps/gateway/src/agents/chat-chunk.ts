import { z } from 'zod';

// Servers differ: what is of the wrong type is as good as absent, and only what is no object at all is refused.
const text = z.string().nullish().catch(undefined);
const count = z.number().catch(0);

const toolCallPart = z.object({
  index: z.number().optional().catch(undefined),
  id: text,
  function: z.object({ name: text, arguments: text }).nullish().catch(undefined),
});
/** A part of the tool calls of an answer. */
export type ToolCallPart = z.infer<typeof toolCallPart>;

const delta = z.object({
  content: text,
  refusal: text,
  // DeepSeek, llama.cpp and vLLM use the first name, OpenRouter and Ollama the second.
  reasoning_content: text,
  reasoning: text,
  tool_calls: z.array(toolCallPart).nullish().catch(undefined),
});
const choice = z.object({
  delta: delta.nullish().catch(undefined),
  /** Where an answer comes whole. */
  message: delta.nullish().catch(undefined),
  finish_reason: text,
});

/** A chunk of a streamed chat completion, or a whole one: https://platform.openai.com/docs/api-reference/chat */
export const chatChunk = z.object({
  choices: z.array(choice).catch([]),
  usage: z
    .object({ prompt_tokens: count, completion_tokens: count, total_tokens: count.optional() })
    .nullish()
    .catch(undefined),
});
