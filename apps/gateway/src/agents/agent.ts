/** A person's message, as an agent gets it. `media` are data URLs that passed the protocol's checks. */
export interface AgentRequest {
  readonly sessionId: string;
  readonly content: string;
  readonly media: readonly string[];
  /** Fires when the person cancels, nobody listens any more, or the gateway stops. */
  readonly signal: AbortSignal;
}

/** A piece of an answer, in order; thoughts and tool calls are further kinds. */
export interface AgentDelta {
  readonly kind: 'text';
  readonly text: string;
}

/** Who answers. Throws `AgentError` for a reason that the person may read; any other error is a fault of ours. */
export interface Agent {
  /** What answers show as `model_name`; `undefined` when no model is behind them. */
  readonly modelName: string | undefined;
  answer(request: AgentRequest): AsyncIterable<AgentDelta>;
}

/** An agent could not answer; the message is shown to the person and holds no secret. */
export class AgentError extends Error {
  override readonly name = 'AgentError';
  readonly code = 'agent_failed';
}
