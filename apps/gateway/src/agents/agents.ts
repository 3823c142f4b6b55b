import { parseModelReference } from '@picoclaw/config';
import type { FastifyBaseLogger } from 'fastify';
import type { ModelSettings } from '../settings.ts';
import type { Agent } from './agent.ts';
import { createBuiltInAgent } from './built-in-agent.ts';
import { createCommandAgent } from './command-agent.ts';
import { createModelPool } from './model-pool.ts';
import { createOpenAiAgent } from './openai-agent.ts';

interface AgentsOptions {
  /** The settings of this moment: a new object after each reload. */
  readonly settings: () => ModelSettings;
  /** The lines of the built-in agent's `/status`. */
  readonly status: () => string;
  readonly log: Pick<FastifyBaseLogger, 'warn'>;
}

/** Answers each message with whom the settings of that moment name: the entries of the default model, or the built-in agent. */
export function createAgents({ settings, status, log }: AgentsOptions): Agent {
  const builtIn = createBuiltInAgent({ status, configuredModel: () => settings().defaultName });
  let made: { readonly of: ModelSettings; readonly pool: Agent | undefined } | undefined;
  const current = () => {
    const now = settings();
    // Kept as long as the settings are: whose turn it is and who rests belongs to the entries.
    if (made?.of !== now) made = { of: now, pool: poolOf(now, log) };
    return made.pool ?? builtIn;
  };
  return {
    get modelName() {
      return current().modelName;
    },
    get usesHistory() {
      return current().usesHistory ?? true;
    },
    answer: (request) => current().answer(request),
  };
}

function poolOf(settings: ModelSettings, log: AgentsOptions['log']): Agent | undefined {
  const { defaultName, maxContextTokens, commandEnvironment } = settings;
  const entries = settings.entries.filter(({ model_name }) => model_name === defaultName);
  if (defaultName === undefined || entries.length === 0) return undefined;
  // Where others can take over they are the repetition.
  const retries = entries.length > 1 ? { maxRetries: 0 } : {};
  const isAlike = new Set(entries.map(({ model }) => model)).size === 1;
  const members = entries.map((entry) => ({
    label: isAlike ? defaultName : entry.model,
    agent:
      parseModelReference(entry.model).provider === 'command'
        ? createCommandAgent({ entry, environment: commandEnvironment })
        : createOpenAiAgent({ entry, maxContextTokens, log, ...retries }),
  }));
  return createModelPool({ modelName: defaultName, members });
}
