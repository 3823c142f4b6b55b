import { get as getPlain } from 'node:http';
import { get as getSecure } from 'node:https';
import { connectHost, type PidRecord } from '@picoclaw/pid';

/** Where to ask; `host` may be an address that only a server can have, such as `0.0.0.0`. */
export interface ReadyPlace extends Pick<PidRecord, 'host' | 'port'> {
  readonly isSecure?: boolean;
  readonly basePath?: string;
}

/** What a gateway says of itself at `/ready`; `refused`: nobody listens there, or not any more. */
export type ReadyAnswer =
  | { readonly answered: true; readonly status: number; readonly phase: unknown }
  | { readonly answered: false; readonly refused: boolean };

const TIMEOUT_MS = 800;
const MAX_ANSWER_BYTES = 64 * 1024;

/** `GET /ready` of a gateway; everything but an answer is a value too. */
export function askReady(place: ReadyPlace, timeoutMs = TIMEOUT_MS): Promise<ReadyAnswer> {
  const { port, isSecure = false, basePath = '' } = place;
  const get = isSecure ? getSecure : getPlain;
  return new Promise((resolve) => {
    // One deadline for connecting, waiting and reading: a server that drips bytes must not stretch it.
    const signal = AbortSignal.timeout(timeoutMs);
    const fail = ({ code = '' }: NodeJS.ErrnoException) =>
      // A port that is closed resets the connections that nobody has accepted yet.
      resolve({ answered: false, refused: ['ECONNREFUSED', 'ECONNRESET'].includes(code) });
    get({ host: connectHost(place), port, path: `${basePath}/ready`, agent: false, signal }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('error', fail);
      response.on('data', (chunk: string) => {
        body += chunk;
        if (body.length > MAX_ANSWER_BYTES) response.destroy(new Error('answer too large'));
      });
      response.on('end', () => resolve({ answered: true, status: response.statusCode ?? 0, phase: phaseIn(body) }));
    }).on('error', fail);
  });
}

function phaseIn(body: string): unknown {
  try {
    return (JSON.parse(body) as { phase?: unknown } | null)?.phase;
  } catch {
    return undefined;
  }
}
