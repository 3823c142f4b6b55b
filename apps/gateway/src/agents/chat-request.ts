import type { Secret } from '@picoclaw/auth';
import type { OpenAI } from 'openai';
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import type { AgentDelta } from './agent.ts';
import { readChatAnswer } from './chat-answer.ts';
import { BrokenAnswer } from './provider-fault.ts';
import { secondsText } from './readable-line.ts';
import { createSilenceWatch, type SilenceWatch } from './silence-watch.ts';

/** One request for a chat completion. */
export interface ChatRequest {
  readonly apiBase: string;
  readonly key: Secret | undefined;
  readonly model: string;
  readonly messages: ChatCompletionMessageParam[];
  readonly isStreamed: boolean;
  /** Some servers refuse `stream_options`. */
  readonly withUsage: boolean;
  readonly contextWindow: number;
  /** How long the provider may say nothing. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
const MAX_ERROR_BYTES = 64 * 1024;

/**
 * Asks once and gives the pieces of the answer as they come. What it throws is for `judgeFault`. The request ends with
 * the iteration: when it is left, or the signal fires, the connection is closed.
 */
export async function* requestChat(request: ChatRequest): AsyncGenerator<AgentDelta> {
  const { signal, timeoutMs } = request;
  const upstream = new AbortController();
  const abort = () => upstream.abort();
  signal.throwIfAborted();
  signal.addEventListener('abort', abort);
  const watch = createSilenceWatch(timeoutMs, abort);
  try {
    const body = { isMarkedDone: false };
    const chunks = await watch.during(openAnswer(request, upstream, watch, body));
    yield* readChatAnswer(awaited(chunks, watch, signal), {
      contextWindow: request.contextWindow,
      isMarkedDone: () => body.isMarkedDone,
    });
  } catch (error) {
    if (watch.hasFired) throw silence(timeoutMs);
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
    abort();
  }
}

const silence = (timeoutMs: number) => new BrokenAnswer(`sent nothing for ${secondsText(timeoutMs)}`);

/** What is left out here would be taken from `OPENAI_…` variables. */
const NOT_FROM_ENVIRONMENT = { organization: null, project: null, adminAPIKey: null, webhookSecret: null };

async function openAnswer(
  request: ChatRequest,
  upstream: AbortController,
  watch: SilenceWatch,
  body: { isMarkedDone: boolean },
): Promise<AsyncIterable<unknown>> {
  // Loaded with the first message to a model and not with the gateway.
  const [{ OpenAI }, { Stream }] = await Promise.all([import('openai'), import('openai/core/streaming')]);
  const { key, isStreamed, withUsage, model, messages } = request;
  const client: OpenAI = new OpenAI({
    ...NOT_FROM_ENVIRONMENT,
    apiKey: 'none',
    // Said here and not by the line above, which `OPENAI_CUSTOM_HEADERS` would overrule; `null` sends no header.
    defaultHeaders: { Authorization: key === undefined ? null : `Bearer ${key.reveal()}` },
    baseURL: request.apiBase,
    // The retries, the keys and the time are ours, and the package would log what it sends.
    maxRetries: 0,
    timeout: 2 * request.timeoutMs,
    logLevel: 'off',
    // A conversation is not for whoever the provider points to.
    fetchOptions: { redirect: 'manual' },
    fetch: async (url, init) => watchBody(await fetch(url, init), watch, body),
  });
  const streaming = { stream: true, ...(withUsage && { stream_options: { include_usage: true } }) } as const;
  const response = await client.chat.completions
    .create({ model, messages, ...(isStreamed ? streaming : {}) }, { signal: upstream.signal })
    .asResponse();
  const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'text/event-stream') return Stream.fromSSEResponse(response, upstream, client);
  if (!/^application\/(?:[\w.-]+\+)?json$/.test(type))
    throw new BrokenAnswer(
      `sent ${/^[\w./+-]{1,60}$/.test(type) ? type : 'something else'} instead of an answer; check its \`api_base\``,
    );
  body.isMarkedDone = true;
  return wholeAnswer(response);
}

/** An answer that comes in one piece: asked for so, or from a server that cannot stream. */
async function* wholeAnswer(response: Response): AsyncGenerator<unknown> {
  const answer: unknown = JSON.parse(await response.text());
  // Some servers answer 200 with an error; thrown as the package throws the ones of a stream.
  if (typeof answer === 'object' && answer !== null && 'error' in answer && answer.error)
    throw Object.assign(new Error('error in an answer'), { error: answer.error });
  yield answer;
}

/** Counts the bytes of a body, lets the watch know of them, and notices the mark at the end of a stream. */
function watchBody(response: Response, watch: SilenceWatch, seen: { isMarkedDone: boolean }): Response {
  if (response.body === null) return response;
  let bytes = 0;
  let tail = '';
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      watch.touch();
      bytes += chunk.byteLength;
      if (!response.ok && bytes > MAX_ERROR_BYTES) return controller.terminate();
      if (bytes > MAX_ANSWER_BYTES) return controller.error(new BrokenAnswer('sent an answer that is too long'));
      tail = (tail + Buffer.from(chunk.subarray(-32)).toString('latin1')).slice(-32);
      seen.isMarkedDone ||= /data: ?\[DONE\]/.test(tail);
      controller.enqueue(chunk);
    },
  });
  const { status, statusText, headers } = response;
  return new Response(response.body.pipeThrough(counted), { status, statusText, headers });
}

/** Waits for each chunk under the watch, and not while the last one is being used. */
async function* awaited(
  chunks: AsyncIterable<unknown>,
  watch: SilenceWatch,
  signal: AbortSignal,
): AsyncGenerator<unknown> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await watch.during(iterator.next());
      // An aborted stream of the package ends as if it had been whole.
      signal.throwIfAborted();
      if (watch.hasFired) throw new BrokenAnswer('sent nothing');
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}
