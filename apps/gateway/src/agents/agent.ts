/** A message of the conversation so far. */
export interface AgentMessage {
  readonly role: 'user' | 'assistant';
  readonly content: string;
  readonly images?: readonly AgentImage[];
}

/** An image of a message; its bytes are read when they are needed. */
export interface AgentImage {
  readonly mediaType: string;
  load(): Promise<Buffer>;
}

/** A person's message, as an agent gets it. */
export interface AgentRequest {
  readonly sessionId: string;
  readonly content: string;
  readonly images: readonly AgentImage[];
  /** Images as data URLs that passed the protocol's checks. */
  readonly media?: readonly string[];
  /** The messages before this one, oldest first, bounded in characters. */
  readonly history: readonly AgentMessage[];
  /** Fires when the person cancels, nobody listens any more, or the gateway stops. */
  readonly signal: AbortSignal;
}

/** A tool call of a model, whole. */
export interface AgentToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON, as the model wrote it. */
  readonly arguments: string;
}

/** What an answer cost, in tokens. */
export interface AgentUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly total_tokens: number;
  /** How many tokens the conversation may have. */
  readonly context_window?: number;
}

/** A piece of an answer, in order. */
export type AgentDelta =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'thought'; readonly text: string }
  | { readonly kind: 'tool_call'; readonly call: AgentToolCall }
  | { readonly kind: 'usage'; readonly usage: AgentUsage }
  | { readonly kind: 'model'; readonly modelName: string };

/** Who answers. Throws `AgentError` for a reason that the person may read; any other error is a fault of ours. */
export interface Agent {
  /** What answers show as `model_name`; `undefined` when no model is behind them. */
  readonly modelName: string | undefined;
  /** False for one that does not look at `history`, which then is not read. */
  readonly usesHistory?: boolean;
  /** Ends with the signal's reason when that fires. */
  answer(request: AgentRequest): AsyncIterable<AgentDelta>;
}

/** An agent could not answer; the message is one sentence for the person, and neither it nor the cause holds a secret. */
export class AgentError extends Error {
  override readonly name = 'AgentError';
  readonly code = 'agent_failed';
}
