import * as z from 'zod/mini';
import { type Reply, request } from './request.ts';

const LogPage = z.object({
  logs: z.array(z.string()),
  /** How many lines there have been in this run: the offset of the next one. */
  log_total: z.number(),
  /** Another one says that offsets of before mean nothing. */
  log_run_id: z.string(),
});
export type LogPage = z.infer<typeof LogPage>;

/** The gateway's lines from an offset of a run on; without a run, or of another one, all that are kept. */
export function fetchLog(offset: number, runId: string | undefined, signal?: AbortSignal): Promise<Reply<LogPage>> {
  const query = runId === undefined ? '' : `?${new URLSearchParams({ log_offset: `${offset}`, log_run_id: runId })}`;
  return request(`api/gateway/logs${query}`, LogPage, signal === undefined ? {} : { signal });
}

/** Forgets the lines that the launcher keeps; the log's file stays as it is. */
export function clearLog(): Promise<Reply<unknown>> {
  return request('api/gateway/logs/clear', z.unknown(), { method: 'POST' });
}
