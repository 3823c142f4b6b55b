import { join } from 'node:path';
import { createLogTail, safeLine } from '@picoclaw/log';
import { z } from 'zod';

/** A line of a log at level error or worse. */
export interface LoggedError {
  readonly log: string;
  readonly time?: string;
  readonly message: string;
}

const LOGS = ['launcher.log', 'gateway.log'];
const SHOWN = 3;
const WORSE = ['error', 'fatal'];

const Line = z.object({ level: z.string(), time: z.string().optional(), msg: z.string().optional() });

/** The last errors that launcher and gateway have logged, oldest first. */
export function lastErrors(folder: string): LoggedError[] {
  return LOGS.flatMap((log) =>
    createLogTail(join(folder, log))
      .read()
      .flatMap((line) => errorIn(line, log))
      .slice(-SHOWN),
  );
}

function errorIn(line: string, log: string): LoggedError[] {
  // Most lines are none: parsing them all would take longer than everything else.
  if (!WORSE.some((level) => line.includes(`"${level}"`))) return [];
  try {
    const { level, time, msg = '' } = Line.parse(JSON.parse(line));
    return WORSE.includes(level) ? [{ log, ...(time !== undefined && { time }), message: safeLine(msg) }] : [];
  } catch {
    return [];
  }
}
