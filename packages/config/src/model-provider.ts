/** A provider whose address is known, so that an entry of `model_list` needs no `api_base`. */
export interface ModelProvider {
  /** The part of `model` before the first slash. */
  readonly name: string;
  readonly apiBase: string;
}

/** What the `model` of an entry says. */
export interface ModelReference {
  readonly provider: string;
  /** What the provider calls the model; it may have slashes of its own. */
  readonly id: string;
}

/** Providers that offer OpenAI-compatible chat completions at an address of their documentation. */
export const modelProviders: readonly ModelProvider[] = Object.freeze([
  { name: 'openai', apiBase: 'https://api.openai.com/v1' },
  { name: 'anthropic', apiBase: 'https://api.anthropic.com/v1' },
  { name: 'deepseek', apiBase: 'https://api.deepseek.com/v1' },
  { name: 'gemini', apiBase: 'https://generativelanguage.googleapis.com/v1beta/openai' },
  { name: 'groq', apiBase: 'https://api.groq.com/openai/v1' },
  { name: 'mistral', apiBase: 'https://api.mistral.ai/v1' },
  { name: 'openrouter', apiBase: 'https://openrouter.ai/api/v1' },
  { name: 'llamacpp', apiBase: 'http://127.0.0.1:8080/v1' },
  { name: 'lmstudio', apiBase: 'http://127.0.0.1:1234/v1' },
  { name: 'ollama', apiBase: 'http://127.0.0.1:11434/v1' },
  { name: 'vllm', apiBase: 'http://127.0.0.1:8000/v1' },
]);

/** Takes `<provider>/<id>` apart; a bare id is one of OpenAI. */
export function parseModelReference(model: string): ModelReference {
  const slash = model.indexOf('/');
  if (slash === -1) return { provider: 'openai', id: model };
  return { provider: model.slice(0, slash).toLowerCase(), id: model.slice(slash + 1) };
}
