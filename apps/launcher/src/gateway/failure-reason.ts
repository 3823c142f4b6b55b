import type { GatewayExit } from './gateway-process.ts';

/** Why a gateway ended, as a sentence: what it said itself, else the most telling of its last lines. */
export function describeExit(
  { code, signal, spawnError }: GatewayExit,
  tail: readonly string[],
  reported?: string,
): string {
  if (spawnError !== undefined) return `The gateway program could not be started: ${spawnError}.`;
  const how = signal === null ? `with code ${code}` : `by ${signal}`;
  const said = reported ?? tellingLine(tail);
  return `The gateway ended ${how}${said === undefined ? '.' : `: ${said}`}`;
}

/** Of our own log: what tells of a failure, as pino names and numbers levels. */
const ERROR_LEVELS: readonly unknown[] = ['error', 'fatal', 50, 60];
/** What went well is no reason. */
const QUIET_LEVELS: readonly unknown[] = ['trace', 'debug', 'info', 10, 20, 30];

/**
 * The line people look for: the last one of our own log at level error, else one that begins with `error:`, else one that
 * names an `Error:`. The very last line of a crash says nothing but which Node ran it.
 */
export function tellingLine(tail: readonly string[]): string | undefined {
  const said = tail.map(readLine).filter(({ level, text }) => !isNoise(text) && !QUIET_LEVELS.includes(level));
  const found =
    said.findLast(({ level }) => ERROR_LEVELS.includes(level)) ??
    said.findLast(({ text }) => /^error:/i.test(text)) ??
    said.findLast(({ text }) => /Error:/.test(text)) ??
    said.at(-1);
  return found?.text;
}

/** A stack's frames, the source line and the `^` that Node prints above them, and its own name below. */
function isNoise(text: string): boolean {
  return /^\s+at |^\s*\^*\s*$|^Node\.js v\d|^(?:node:|file:\/\/).*:\d+$|^[{}[\]]$/.test(text);
}

/** A log line, which of our own gateway is JSON. */
function readLine(line: string): { level: unknown; text: string } {
  try {
    const { level, msg } = JSON.parse(line) as { level?: unknown; msg?: unknown };
    if (typeof msg === 'string') return { level, text: msg };
  } catch {
    // Not JSON, then it is what it says.
  }
  return { level: undefined, text: line };
}
