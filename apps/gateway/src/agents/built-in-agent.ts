import { setTimeout as delay } from 'node:timers/promises';
import type { Agent, AgentDelta, AgentRequest } from './agent.ts';

const HELP = `I am the **built-in agent**: I work offline, so you can see that everything is connected.

- \`/help\` shows this
- \`/status\` says how the gateway is doing
- \`/echo <text>\` sends your text back
- \`/stream <n>\` streams an answer in n pieces (1 to 1000)`;

const NO_MODEL = `No model is configured yet, so I can only answer a few commands; \`/help\` lists them.

To add a model, put it into \`config.json\` and restart or reload the gateway:

\`\`\`json
{
  "agents": { "defaults": { "model_name": "local" } },
  "model_list": [{ "model_name": "local", "model": "ollama/llama3.2", "api_base": "http://127.0.0.1:11434/v1" }]
}
\`\`\``;

const NO_ENTRY = `has no entry in \`model_list\`, so I answer for it; \`/help\` lists what I can do.

Add an entry with that \`model_name\` to \`config.json\`, or name another one in \`agents.defaults.model_name\`, and reload the gateway.`;

const MAX_PIECES = 1000;

interface BuiltInAgentOptions {
  /** The lines of `/status`. */
  readonly status: () => string;
  /** The default model that the configuration names without an entry for it. */
  readonly configuredModel?: () => string | undefined;
  /** The pause between two pieces of `/stream`. */
  readonly pieceDelayMs?: number;
}

/** Answers without any model or network, so that a fresh install works at once. */
export function createBuiltInAgent(options: BuiltInAgentOptions): Agent {
  const { status, configuredModel = () => undefined, pieceDelayMs = 20 } = options;
  const otherwise = () => {
    const model = configuredModel();
    return model === undefined ? NO_MODEL : `The default model \`${model}\` ${NO_ENTRY}`;
  };
  return {
    modelName: undefined,
    usesHistory: false,
    answer(request) {
      const [, command = '', rest = ''] = /^\/(\w+)(?:\s+([\s\S]*))?$/.exec(request.content.trim()) ?? [];
      if (command === 'help') return once(HELP);
      if (command === 'status') return once(status());
      if (command === 'echo') return once(rest === '' ? 'Write something after `/echo`.' : rest);
      if (command === 'stream') return stream(rest, request, pieceDelayMs);
      return once(command === '' ? otherwise() : `I do not know \`/${command}\`. ${HELP}`);
    },
  };
}

async function* once(text: string): AsyncGenerator<AgentDelta> {
  yield { kind: 'text', text };
}

async function* stream(count: string, { signal }: AgentRequest, pieceDelayMs: number): AsyncGenerator<AgentDelta> {
  const pieces = Number(count.trim() || '10');
  if (!Number.isInteger(pieces) || pieces < 1 || pieces > MAX_PIECES) {
    yield { kind: 'text', text: `\`/stream\` takes a whole number from 1 to ${MAX_PIECES}.` };
    return;
  }
  for (let piece = 1; piece <= pieces; piece++) {
    if (piece > 1) await delay(pieceDelayMs, undefined, { signal });
    yield { kind: 'text', text: piece === 1 ? '1' : ` ${piece}` };
  }
}
