import { setTimeout as delay } from 'node:timers/promises';
import type { Secret } from '@picoclaw/auth';
import { type ModelEntry, modelProviders, parseModelReference } from '@picoclaw/config';
import type { FastifyBaseLogger } from 'fastify';
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { type Agent, type AgentDelta, AgentError, type AgentRequest } from './agent.ts';
import { chatMessages } from './chat-messages.ts';
import { requestChat } from './chat-request.ts';
import { createKeyRing } from './key-ring.ts';
import { judgeFault, type ProviderFault } from './provider-fault.ts';
import { secondsText } from './readable-line.ts';

interface OpenAiAgentOptions {
  readonly entry: ModelEntry;
  readonly maxContextTokens: number;
  readonly log: Pick<FastifyBaseLogger, 'warn'>;
  /** How long the provider may say nothing, before its answer and within. */
  readonly timeoutMs?: number;
  /** How often a failed request is repeated, as long as nothing of the answer has come. */
  readonly maxRetries?: number;
  /** The pause before the first repetition; it doubles. */
  readonly retryDelayMs?: number;
  /** A provider that wants a longer pause than this is not waited for. */
  readonly maxRetryAfterMs?: number;
}

const DEFAULT_TIMEOUT_MS = 60_000;
/** Above it the connection layer of Node gives up by itself. */
const MAX_TIMEOUT_MS = 300_000;

/** Answers with a model behind OpenAI-compatible chat completions. */
export function createOpenAiAgent(options: OpenAiAgentOptions): Agent {
  const { entry, maxContextTokens } = options;
  const keys = createKeyRing(entry.api_keys);
  const server = { refusesUsage: false };
  return {
    modelName: entry.model_name,
    async *answer(request) {
      const address = addressOf(entry);
      const messages = await chatMessages(request, maxContextTokens);
      yield* repeated({ ...options, address, keys, server, messages, request });
    },
  };
}

interface Address {
  readonly apiBase: string;
  readonly id: string;
}

function addressOf({ model_name, model, api_base }: ModelEntry): Address {
  const { provider, id } = parseModelReference(model);
  const apiBase = api_base ?? modelProviders.find(({ name }) => name === provider)?.apiBase;
  if (apiBase !== undefined) return { apiBase, id };
  throw new AgentError(
    `The model "${model_name}" needs an \`api_base\`, because the address of its provider "${provider}" is not known.`,
  );
}

interface Asking extends OpenAiAgentOptions {
  readonly address: Address;
  readonly keys: ReturnType<typeof createKeyRing>;
  /** What was learned about the server. */
  readonly server: { refusesUsage: boolean };
  readonly messages: ChatCompletionMessageParam[];
  readonly request: AgentRequest;
}

/** Asks again, with another key or a little later, as long as nothing of an answer has come. */
async function* repeated(asking: Asking): AsyncGenerator<AgentDelta> {
  const { entry, keys, server, request, log } = asking;
  const refused = new Set<Secret>();
  let withUsage = !server.refusesUsage;
  let retries = 0;
  for (;;) {
    const key = keys.next(refused);
    let hasBegun = false;
    try {
      for await (const delta of requestChat(chatRequest(asking, key, withUsage))) {
        hasBegun = true;
        yield delta;
      }
      server.refusesUsage = !withUsage;
      return;
    } catch (thrown) {
      request.signal.throwIfAborted();
      const fault = judgeFault(thrown, secretsOf(entry));
      const { code, status, detail } = fault;
      log.warn({ code: `model_${code}`, model: entry.model, status, detail, retries }, sentenceOf(asking, fault));
      const step = hasBegun ? 'give up' : nextStep(asking, fault, { key, refused, withUsage, retries });
      if (step === 'give up') throw new AgentError(sentenceOf(asking, fault));
      if (step === 'without usage') withUsage = false;
      if (step === 'later') {
        refused.clear();
        await delay(pauseMs(asking, fault, retries), undefined, { signal: request.signal });
        retries += 1;
      }
    }
  }
}

function chatRequest(asking: Asking, key: Secret | undefined, withUsage: boolean) {
  const { entry, address, messages, request, maxContextTokens } = asking;
  return {
    apiBase: address.apiBase,
    key,
    model: address.id,
    messages,
    isStreamed: entry.streaming ?? true,
    withUsage,
    contextWindow: maxContextTokens,
    timeoutMs: asking.timeoutMs ?? Math.min((entry.request_timeout || 0) * 1000 || DEFAULT_TIMEOUT_MS, MAX_TIMEOUT_MS),
    signal: request.signal,
  };
}

interface Attempt {
  readonly key: Secret | undefined;
  readonly refused: Set<Secret>;
  readonly withUsage: boolean;
  readonly retries: number;
}

type Step = 'give up' | 'another key' | 'without usage' | 'later';

function nextStep(
  asking: Asking,
  { code, status, isPassing, retryAfterMs = 0 }: ProviderFault,
  attempt: Attempt,
): Step {
  const { entry, keys, maxRetries = 2, maxRetryAfterMs = 20_000 } = asking;
  const { key, refused, withUsage, retries } = attempt;
  if ((code === 'key_refused' || code === 'busy') && key !== undefined) {
    refused.add(key);
    keys.rest(key);
    if (refused.size < new Set(entry.api_keys).size) return 'another key';
  }
  const mayBeUsage = withUsage && (entry.streaming ?? true) && (status === 400 || status === 422);
  if (mayBeUsage) return 'without usage';
  return isPassing && retries < maxRetries && retryAfterMs <= maxRetryAfterMs ? 'later' : 'give up';
}

/** Doubling, with a quarter of chance so that many do not come back at once; what the provider says comes first. */
function pauseMs({ retryDelayMs = 500 }: Asking, { retryAfterMs }: ProviderFault, retries: number): number {
  return retryAfterMs ?? retryDelayMs * 2 ** retries * (1 - Math.random() / 4);
}

function sentenceOf({ entry, address }: Asking, { what, retryAfterMs, code }: ProviderFault): string {
  const host = URL.canParse(address.apiBase) ? ` at ${new URL(address.apiBase).host}` : '';
  const keyless = code === 'key_refused' && entry.api_keys.length === 0 ? '; no key is configured for it' : '';
  const later = retryAfterMs ? `; it asks to wait ${secondsText(retryAfterMs)}` : '';
  return `The model "${entry.model_name}"${host} ${what}${keyless}${later}.`;
}

/** Whatever of the entry must not be seen: the keys, and what an address may carry. */
function secretsOf({ api_keys, api_base }: ModelEntry): string[] {
  const keys = api_keys.map((key) => key.reveal());
  if (api_base === undefined) return keys;
  const { username, password, searchParams } = new URL(api_base);
  return [...keys, username, password, ...searchParams.values()];
}
