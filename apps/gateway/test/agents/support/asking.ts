import { Secret } from '@picoclaw/auth';
import type { ModelEntry } from '@picoclaw/config';
import type { Agent, AgentDelta, AgentRequest } from '../../../src/agents/agent.ts';

/** An entry of `model_list` that asks a server with a key. */
export function anEntry(entry: Partial<ModelEntry> & { readonly keys?: readonly string[] } = {}): ModelEntry {
  const { keys = [], ...rest } = entry;
  return { model_name: 'local', model: 'openai/test-model', api_keys: keys.map((key) => new Secret(key)), ...rest };
}

/** A request with a message, and nothing else unless it is given. */
export function aRequest(content: string, rest: Partial<AgentRequest> = {}): AgentRequest {
  return { sessionId: 's', content, images: [], history: [], signal: new AbortController().signal, ...rest };
}

/** Everything that came of an answer, and what ended it when that was an error. */
export interface Outcome {
  readonly deltas: readonly AgentDelta[];
  readonly text: string;
  readonly error: Error | undefined;
}

/** Reads an answer to its end; `onDelta` sees each piece when it comes. */
export async function outcomeOf(
  agent: Agent,
  request: AgentRequest | string,
  onDelta: (delta: AgentDelta) => void = () => undefined,
): Promise<Outcome> {
  const deltas: AgentDelta[] = [];
  let error: Error | undefined;
  try {
    for await (const delta of agent.answer(typeof request === 'string' ? aRequest(request) : request)) {
      deltas.push(delta);
      onDelta(delta);
    }
  } catch (thrown) {
    error = thrown as Error;
  }
  const text = deltas.map((delta) => (delta.kind === 'text' ? delta.text : '')).join('');
  return { deltas, text, error };
}

/** A log that keeps its lines. */
export function aLog() {
  const lines: string[] = [];
  return { lines, log: { warn: (...parts: unknown[]) => void lines.push(JSON.stringify(parts)) } };
}

/** Something to wait for. */
export function aMoment() {
  let hasCome: () => void = () => undefined;
  const come = new Promise<void>((resolve) => {
    hasCome = resolve;
  });
  return { come, hasCome };
}
