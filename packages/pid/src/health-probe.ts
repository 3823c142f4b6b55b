import { request } from 'node:http';
import { z } from 'zod';
import { connectHost } from './connect-host.ts';
import type { PidRecord } from './pid-record.ts';

/** What answered at the address of a record; `refused` = nobody listens, `unclear` = a timeout or no gateway's answer. */
export type HealthAnswer =
  | { readonly outcome: 'ok'; readonly instanceId?: string | undefined; readonly pid?: number | undefined }
  | { readonly outcome: 'refused' | 'timeout' | 'other'; readonly detail: string };

const MAX_ANSWER_BYTES = 64 * 1024;

const healthSchema = z.object({
  status: z.literal('ok'),
  instance_id: z.string().optional(),
  pid: z.number().optional(),
});

function parseHealth(statusCode: number | undefined, body: string): HealthAnswer {
  const other: HealthAnswer = { outcome: 'other', detail: `answered ${statusCode}, but not as a gateway does` };
  if (statusCode !== 200) return other;
  try {
    const health = healthSchema.safeParse(JSON.parse(body));
    if (!health.success) return other;
    return { outcome: 'ok', instanceId: health.data.instance_id, pid: health.data.pid };
  } catch {
    return other;
  }
}

function failure(error: NodeJS.ErrnoException, timeoutMs: number): HealthAnswer {
  if (error.name === 'AbortError' || error.name === 'TimeoutError') {
    return { outcome: 'timeout', detail: `no answer within ${timeoutMs} ms` };
  }
  const outcome = error.code === 'ECONNREFUSED' ? 'refused' : 'other';
  return { outcome, detail: `the connection failed (${error.code ?? error.name})` };
}

/** `GET /health` at the address of a record; everything but an answer is a value too. Connects to whatever host is given. */
export function probeHealth(
  record: Pick<PidRecord, 'host' | 'port'>,
  { timeoutMs = 800 }: { timeoutMs?: number } = {},
): Promise<HealthAnswer> {
  return new Promise((resolve) => {
    // One deadline for connecting, waiting and reading: a server that drips bytes must not stretch it.
    const signal = AbortSignal.timeout(timeoutMs);
    const fail = (error: NodeJS.ErrnoException) => resolve(failure(error, timeoutMs));
    const target = { host: connectHost(record), port: record.port, path: '/health', agent: false, signal } as const;
    request(target, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('error', fail);
      response.on('data', (chunk: string) => {
        body += chunk;
        if (body.length > MAX_ANSWER_BYTES) response.destroy(new Error('answer too large'));
      });
      response.on('end', () => resolve(parseHealth(response.statusCode, body)));
    })
      .on('error', fail)
      .end();
  });
}
