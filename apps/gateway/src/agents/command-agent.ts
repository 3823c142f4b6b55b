import { type ModelEntry, parseModelReference } from '@picoclaw/config';
import { type Agent, type AgentDelta, AgentError, type AgentRequest } from './agent.ts';
import { type CommandEnd, type CommandProcess, startCommand } from './command-process.ts';
import { maskKeys } from './mask-keys.ts';
import { readableLine, secondsText } from './readable-line.ts';

interface CommandAgentOptions {
  readonly entry: ModelEntry;
  readonly environment: Readonly<Record<string, string>>;
  /** How long a program may take in all. */
  readonly timeoutMs?: number;
  readonly maxOutputBytes?: number;
  /** How long a program that is told to end may take for it. */
  readonly killAfterMs?: number;
}

const DEFAULT_TIMEOUT_MS = 300_000;
/** Timers take at most 2³¹−1 ms; anything above would fire at once. */
const MAX_TIMEOUT_MS = 2_147_483_647;

/** Answers with what a program writes that gets the message on its standard input. */
export function createCommandAgent(options: CommandAgentOptions): Agent {
  const { entry } = options;
  return {
    modelName: entry.model_name,
    async *answer(request) {
      request.signal.throwIfAborted();
      if (request.content.trim() === '')
        throw new AgentError(`The model "${entry.model_name}" is a program, which can only be given a text.`);
      yield* run(options, request);
    },
  };
}

async function* run(options: CommandAgentOptions, { content, signal }: AgentRequest): AsyncGenerator<AgentDelta> {
  const { entry, maxOutputBytes = 1024 * 1024 } = options;
  const timeoutMs =
    options.timeoutMs ?? Math.min((entry.request_timeout || 0) * 1000 || DEFAULT_TIMEOUT_MS, MAX_TIMEOUT_MS);
  const command = start(options, content);
  let stopped: string | undefined;
  const stopFor = (reason: string) => {
    stopped ??= reason;
    command.stop();
  };
  const onAbort = () => stopFor('was cancelled');
  signal.addEventListener('abort', onAbort);
  const timer = setTimeout(() => stopFor(`took more than ${secondsText(timeoutMs)}`), timeoutMs);
  try {
    let bytes = 0;
    for await (const text of untilStopped(command, () => stopped !== undefined)) {
      bytes += Buffer.byteLength(text);
      if (bytes > maxOutputBytes) {
        stopFor(`wrote more than ${maxOutputBytes} bytes`);
        break;
      }
      yield { kind: 'text', text };
    }
    signal.throwIfAborted();
    const problem = stopped ?? problemOf(await command.ended, command, entry, bytes);
    if (problem !== undefined) throw failure(entry, problem);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    command.stop();
  }
}

function start({ entry, environment, killAfterMs = 2000 }: CommandAgentOptions, input: string): CommandProcess {
  const program = entry.command ?? parseModelReference(entry.model).id;
  try {
    return startCommand({ program, args: entry.args ?? [], environment, input, killAfterMs });
  } catch (error) {
    // What no program can be given, such as an argument with a NUL; the message would show it.
    throw failure(entry, `cannot be started (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
}

/** A program that is stopped ends its output in the middle, which is no error then. */
async function* untilStopped({ output }: CommandProcess, isStopped: () => boolean): AsyncGenerator<string> {
  try {
    yield* output;
  } catch (error) {
    if (!isStopped()) throw error;
  }
}

function problemOf(end: CommandEnd, command: CommandProcess, entry: ModelEntry, bytes: number): string | undefined {
  if (end.kind === 'not_started') return notStarted(end.code);
  if (end.kind === 'exit' && end.code === 0) return bytes === 0 ? 'ended without an answer' : undefined;
  const how = end.kind === 'exit' ? `failed with exit code ${end.code}` : `was ended by ${end.signal}`;
  const lines = command.errorOutput.split(/[\r\n]+/).map((line) => readableLine(line, 4096));
  const last = lines.findLast((line) => line !== '') ?? '';
  const keys = entry.api_keys.map((key) => key.reveal());
  return last === '' ? how : `${how}: ${readableLine(maskKeys(last, keys))}`;
}

function notStarted(code: string): string {
  if (code === 'ENOENT') return 'was not found';
  return code === 'EACCES' ? 'may not be run' : `cannot be started (${code})`;
}

function failure({ model_name, command, model }: ModelEntry, problem: string): AgentError {
  const program = readableLine(command ?? parseModelReference(model).id, 100);
  return new AgentError(`The program "${program}" of the model "${model_name}" ${problem}.`);
}
