import type { AgentToolCall } from './agent.ts';
import type { ToolCallPart } from './chat-chunk.ts';

/** Puts tool calls together from the parts in which they are streamed. */
export interface ToolCalls {
  add(parts: readonly ToolCallPart[]): void;
  /** The calls that have a name, in order. */
  readonly all: readonly AgentToolCall[];
}

interface Assembled {
  readonly index: number | undefined;
  id: string;
  name: string;
  arguments: string;
}

/** Creates an empty collection. */
export function createToolCalls(): ToolCalls {
  const calls: Assembled[] = [];
  return {
    add(parts) {
      for (const part of parts) {
        const call = callOf(calls, part);
        call.id ||= part.id ?? '';
        call.name += part.function?.name ?? '';
        call.arguments += part.function?.arguments ?? '';
      }
    },
    get all() {
      const named = calls.filter(({ name }) => name !== '');
      return named.map((call, position) => ({
        id: call.id || `call_${position}`,
        name: call.name,
        arguments: call.arguments,
      }));
    },
  };
}

/** Parts of one call share the index. Some servers send whole calls without one, or all of them with 0. */
function callOf(calls: Assembled[], { index, id }: ToolCallPart): Assembled {
  const known = index === undefined ? undefined : calls.findLast((call) => call.index === index);
  if (known !== undefined && (!id || known.id === '' || known.id === id)) return known;
  const call = { index, id: '', name: '', arguments: '' };
  calls.push(call);
  return call;
}
