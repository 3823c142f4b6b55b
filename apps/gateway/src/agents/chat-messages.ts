import type { ChatCompletionContentPart, ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { AgentError, type AgentImage, type AgentMessage, type AgentRequest } from './agent.ts';

const CHARACTERS_PER_TOKEN = 4;
const TOKENS_PER_IMAGE = 1000;
/** Images are large and sent anew with each message. */
const MAX_HISTORY_IMAGES = 4;

/** The conversation as chat messages: the message itself, and before it as much of the history as the tokens allow. */
export async function chatMessages(
  request: AgentRequest,
  maxContextTokens: number,
): Promise<ChatCompletionMessageParam[]> {
  const { content, images, media = [] } = request;
  const own: AgentMessage = { role: 'user', content, images };
  const before = withinBudget(request.history.filter(hasContent), maxContextTokens - estimateTokens(own));
  const sent = new Set([...newestImages(before), ...images]);
  const messages = await Promise.all(
    joined([...before, own]).map(async (message, index, { length }) => {
      const wanted = (message.images ?? []).filter((image) => sent.has(image));
      const parts = await Promise.all(wanted.map((image) => imageOf(image, images.includes(image))));
      const inline = index === length - 1 ? media.map(imagePart) : [];
      return messageParam(message, [...parts.flat(), ...inline]);
    }),
  );
  return messages;
}

/** The newest messages that fit, from a question on. */
function withinBudget(history: readonly AgentMessage[], tokens: number): AgentMessage[] {
  let left = tokens;
  const chosen: AgentMessage[] = [];
  for (const message of history.toReversed()) {
    left -= estimateTokens(message);
    if (left < 0) break;
    chosen.unshift(message);
  }
  const first = chosen.findIndex(({ role }) => role === 'user');
  return first === -1 ? [] : chosen.slice(first);
}

const hasContent = ({ content, images = [] }: AgentMessage) => content.trim() !== '' || images.length > 0;

function estimateTokens({ content, images = [] }: AgentMessage): number {
  return Math.ceil(content.length / CHARACTERS_PER_TOKEN) + images.length * TOKENS_PER_IMAGE;
}

function newestImages(messages: readonly AgentMessage[]): AgentImage[] {
  const ofUsers = messages.filter(({ role }) => role === 'user');
  return ofUsers.flatMap(({ images = [] }) => images).slice(-MAX_HISTORY_IMAGES);
}

/** A message that got no answer leaves two of one role side by side, which many chat templates refuse: they are joined. */
function joined(messages: readonly AgentMessage[]): AgentMessage[] {
  const result: AgentMessage[] = [];
  for (const { role, content, images = [] } of messages) {
    const before = result.at(-1);
    if (before?.role !== role) {
      result.push({ role, content, images });
      continue;
    }
    const text = [before.content, content].filter((part) => part !== '').join('\n\n');
    result[result.length - 1] = { role, content: text, images: [...(before.images ?? []), ...images] };
  }
  return result;
}

function messageParam(
  { role, content }: AgentMessage,
  images: readonly ChatCompletionContentPart[],
): ChatCompletionMessageParam {
  if (role === 'assistant' || images.length === 0) return { role, content };
  const text: ChatCompletionContentPart[] = content === '' ? [] : [{ type: 'text', text: content }];
  return { role, content: [...text, ...images] };
}

const imagePart = (url: string): ChatCompletionContentPart => ({ type: 'image_url', image_url: { url } });

/** An image of the past may be gone already; one of this message must be there. */
async function imageOf(image: AgentImage, isRequired: boolean): Promise<ChatCompletionContentPart[]> {
  try {
    const bytes = await image.load();
    return [imagePart(`data:${image.mediaType};base64,${bytes.toString('base64')}`)];
  } catch (cause) {
    if (!isRequired) return [];
    throw new AgentError('An image of the message could not be read.', { cause });
  }
}
