import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Secret } from '@picoclaw/auth';
import { isThisMachine } from './this-machine.ts';

/** What a server said; `body` is undefined when it was no JSON. */
export type HttpAnswer =
  | { readonly answered: true; readonly status: number; readonly body: unknown }
  /** `code` is the system's (`ECONNREFUSED`), or `timeout`. */
  | { readonly answered: false; readonly code: string };

interface HttpOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Presented as Bearer. */
  readonly token?: Secret | undefined;
  readonly body?: unknown;
  readonly timeoutMs?: number;
}

const MAX_BYTES = 4 * 1024 * 1024;

/** Asks a server of our own for JSON. Not `fetch`: loading it takes longer than all that `status` asks. */
export function httpJson(url: string | URL, options: HttpOptions = {}): Promise<HttpAnswer> {
  const { method = 'GET', token, body, timeoutMs = 2_000 } = options;
  const target = new URL(url);
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    accept: 'application/json',
    ...(token && { authorization: `Bearer ${token.reveal()}` }),
    ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
  };
  const isSecure = target.protocol === 'https:';
  const send = isSecure ? httpsRequest : httpRequest;
  const trust = isSecure && isThisMachine(target.hostname) ? { rejectUnauthorized: false } : {};
  return new Promise((resolve) => {
    const fail = (code: string) => resolve({ answered: false, code });
    const request = send(target, { method, headers, agent: false, ...trust }, (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      response.on('data', (part: Buffer) => {
        size += part.length;
        if (size > MAX_BYTES) response.destroy();
        else parts.push(part);
      });
      response.once('end', () =>
        resolve({ answered: true, status: response.statusCode ?? 0, body: parse(Buffer.concat(parts)) }),
      );
      response.once('close', () => fail('ECONNRESET'));
    });
    const timer = setTimeout(() => {
      fail('timeout');
      request.destroy();
    }, timeoutMs);
    request.once('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
    request.once('close', () => clearTimeout(timer));
    request.end(text);
  });
}

function parse(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString('utf8'));
  } catch {
    return undefined;
  }
}
