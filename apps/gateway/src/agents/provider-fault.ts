import { maskKeys } from './mask-keys.ts';
import { readableLine } from './readable-line.ts';

/** Why a provider gave no answer, or not all of it. */
export interface ProviderFault {
  readonly code: 'key_refused' | 'busy' | 'request_refused' | 'failed' | 'unreachable' | 'broken' | 'unexpected';
  /** What the provider did, to follow its name in a sentence; without any key. */
  readonly what: string;
  readonly status?: number;
  /** More for the log, without any key. */
  readonly detail?: string;
  /** Whether the same request may succeed a little later. */
  readonly isPassing: boolean;
  readonly retryAfterMs?: number;
}

/** Something in the answer itself was wrong; the message follows the name of the provider. */
export class BrokenAnswer extends Error {
  override readonly name = 'BrokenAnswer';
  readonly code = 'broken_answer';
}

/** What the `openai` package throws, as far as it is of use here. */
interface Thrown {
  readonly status?: number;
  /** The `error` of the body, or of an event of the stream. */
  readonly error?: unknown;
  readonly code?: unknown;
  readonly headers?: Headers;
  readonly cause?: unknown;
}

/** Judges what was thrown while a provider was asked. The thrown thing itself holds too much to be shown or logged. */
export function judgeFault(thrown: unknown, keys: readonly string[]): ProviderFault {
  if (thrown instanceof BrokenAnswer) return { code: 'broken', what: thrown.message, isPassing: false };
  const error = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as Thrown;
  const reason = reasonOf(error.error, keys);
  if (typeof error.status === 'number') return statusFault(error, error.status, reason);
  if (error.error !== undefined) return { code: 'broken', what: `broke off with an error${reason}`, isPassing: false };
  if (thrown instanceof SyntaxError)
    return { code: 'broken', what: 'sent something that is no answer of a model', isPassing: false };
  return connectionFault(error) ?? unexpectedFault(thrown, keys);
}

function unexpectedFault(thrown: unknown, keys: readonly string[]): ProviderFault {
  const what = 'could not be asked; check its `api_base` and keys';
  return { code: 'unexpected', what, detail: wordsOf(String(thrown), keys), isPassing: false };
}

function statusFault({ code, headers }: Thrown, status: number, reason: string): ProviderFault {
  const retryAfterMs = retryAfter(headers);
  const waiting = retryAfterMs === undefined ? {} : { retryAfterMs };
  if (status === 401 || status === 403)
    return { code: 'key_refused', what: `refused the API key (${status})${reason}`, status, isPassing: false };
  if (status === 429) {
    const isPassing = code !== 'insufficient_quota';
    const what = `allows no more requests for now (429)${reason}`;
    return { code: 'busy', what, status, isPassing, ...waiting };
  }
  if (status >= 500)
    return { code: 'failed', what: `failed (${status})${reason}`, status, isPassing: true, ...waiting };
  const what =
    status === 404
      ? `does not know this model or address (404)${reason}`
      : status < 400
        ? `sent us elsewhere (${status}); check its \`api_base\``
        : `did not accept the request (${status})${reason}`;
  return { code: 'request_refused', what, status, isPassing: false };
}

const CONNECTION_CODES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'cannot be reached: the connection was refused',
  ECONNRESET: 'broke the connection off',
  UND_ERR_SOCKET: 'broke the connection off',
  ENOTFOUND: 'cannot be reached: its name is not known',
  EAI_AGAIN: 'cannot be reached: its name is not known at the moment',
  EHOSTUNREACH: 'cannot be reached: there is no way to its address',
  ENETUNREACH: 'cannot be reached: there is no way to its address',
  ETIMEDOUT: 'cannot be reached: the connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'cannot be reached: the connection timed out',
  UND_ERR_HEADERS_TIMEOUT: 'did not answer in time',
};
const PASSING_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'UND_ERR_SOCKET', 'EAI_AGAIN']);

function connectionFault(error: Thrown): ProviderFault | undefined {
  const codes = codesOf(error);
  const known = codes.find((code) => CONNECTION_CODES[code] !== undefined);
  if (known !== undefined)
    return { code: 'unreachable', what: CONNECTION_CODES[known] ?? '', isPassing: PASSING_CODES.has(known) };
  const certificate = codes.find((code) => /CERT|TLS|SSL|SELF_SIGNED/.test(code));
  if (certificate !== undefined) {
    const what = `cannot be trusted: its certificate was refused (${readableLine(certificate, 50)})`;
    return { code: 'unreachable', what, isPassing: false };
  }
  return undefined;
}

/** The codes of an error and of what is behind it; `fetch failed` has the true reason two causes deep. */
function codesOf(error: Thrown, depth = 0): string[] {
  const { code, cause } = error;
  const own = typeof code === 'string' ? [code] : [];
  const isMore = typeof cause === 'object' && cause !== null && depth < 4;
  return isMore ? [...own, ...codesOf(cause as Thrown, depth + 1)] : own;
}

/** The provider's own words, when it sent any: `{"error": {"message": …}}`, or a text for `error`. */
function reasonOf(body: unknown, keys: readonly string[]): string {
  const isObject = typeof body === 'object' && body !== null;
  const text = isObject && 'message' in body ? body.message : body;
  if (typeof text !== 'string') return '';
  const words = wordsOf(text, keys);
  return words === '' ? '' : `: ${words}`;
}

/** Cleaned before it is masked, so that no invisible character splits a key; cut after, so that no rest of one stays. */
function wordsOf(text: string, keys: readonly string[]): string {
  return readableLine(maskKeys(readableLine(text, 4000), keys));
}

/** `Retry-After` is a number of seconds or a date (RFC 9110, 10.2.3). */
function retryAfter(headers: Headers | undefined): number | undefined {
  const written = headers?.get('retry-after');
  if (!written) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(written.trim()) ? Number(written) * 1000 : Date.parse(written) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
