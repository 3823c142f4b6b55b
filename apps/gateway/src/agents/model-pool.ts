import { type Agent, type AgentDelta, AgentError, type AgentRequest } from './agent.ts';

/** An entry of a pool. */
export interface PooledAgent {
  /** What tells it apart from the others. */
  readonly label: string;
  readonly agent: Agent;
}

interface ModelPoolOptions {
  readonly modelName: string;
  readonly members: readonly PooledAgent[];
  /** How long one that failed comes last. */
  readonly restMs?: number;
  readonly now?: () => number;
}

/** Shares the messages among the entries of one model name: each starts at the next one, and goes on where one fails. */
export function createModelPool(options: ModelPoolOptions): Agent {
  const { modelName, members, restMs = 30_000, now = Date.now } = options;
  const restsUntil = new Map<PooledAgent, number>();
  let turn = 0;

  const inTurn = () => {
    const start = turn++ % members.length;
    const rotated = [...members.slice(start), ...members.slice(0, start)];
    const isRested = (member: PooledAgent) => (restsUntil.get(member) ?? 0) > now();
    return [...rotated.filter((member) => !isRested(member)), ...rotated.filter(isRested)];
  };

  return {
    modelName,
    async *answer(request) {
      let last: unknown;
      for (const member of inTurn()) {
        let hasBegun = false;
        try {
          for await (const delta of answerOf(member, request)) {
            hasBegun = true;
            yield delta;
          }
          restsUntil.delete(member);
          return;
        } catch (error) {
          request.signal.throwIfAborted();
          restsUntil.set(member, now() + restMs);
          if (hasBegun || members.length === 1) throw error;
          last = error;
        }
      }
      throw noneAnswered(modelName, members.length, last);
    },
  };
}

/** The answer with the name of who gives it in front, as soon as there is a first piece. */
async function* answerOf({ label, agent }: PooledAgent, request: AgentRequest): AsyncGenerator<AgentDelta> {
  let isNamed = false;
  for await (const delta of agent.answer(request)) {
    if (!isNamed) yield { kind: 'model', modelName: label };
    isNamed = true;
    yield delta;
  }
}

function noneAnswered(modelName: string, count: number, last: unknown): Error {
  // A fault of ours is no reason that a person should read.
  if (!(last instanceof AgentError)) return last instanceof Error ? last : new Error('no entry answered');
  return new AgentError(`None of the ${count} entries of "${modelName}" answered; the last: ${last.message}`);
}
