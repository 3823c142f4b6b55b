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

/** pino's number for errors. */
const ERROR_LEVEL = 50;

/**
 * The line people look for: the last one of our own log at level error, else one that begins with `error:`, else one that
 * names an `Error:`. The very last line of a crash says nothing but which Node ran it.
 */
export function tellingLine(tail: readonly string[]): string | undefined {
  const said = tail.map(readLine).filter(({ text }) => !isNoise(text));
  const found =
    said.findLast(({ level }) => level >= ERROR_LEVEL) ??
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
function readLine(line: string): { level: number; text: string } {
  try {
    const { level, msg } = JSON.parse(line) as { level?: unknown; msg?: unknown };
    if (typeof msg === 'string') return { level: typeof level === 'number' ? level : 0, text: msg };
  } catch {
    // Not JSON, then it is what it says.
  }
  return { level: 0, text: line };
}
