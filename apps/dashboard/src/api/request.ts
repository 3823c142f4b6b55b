import * as z from 'zod/mini';
import { appUrl } from '../base-path.ts';

const Issue = z.object({ key: z.string(), message: z.string() });
/** What is wrong with one field of a body. */
export type Issue = z.infer<typeof Issue>;

/** Why the launcher did not do as asked; `code` is its stable error code, or `unreachable` / `unexpected_reply`. */
export interface Refusal {
  ok: false;
  status: number;
  code: string;
  message?: string;
  retryAfterSeconds?: number;
  /** What is wrong with which field of the body. */
  issues?: readonly Issue[];
}
export type Reply<T> = { ok: true; value: T } | Refusal;

const ErrorBody = z.object({ error: z.string(), message: z.optional(z.string()), issues: z.optional(z.array(Issue)) });

export interface RequestOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
}

/** Asks the launcher and checks its reply against the schema; a refusal is a value, never an exception. */
export async function request<Schema extends z.ZodMiniType>(
  path: string,
  schema: Schema,
  { method = 'GET', body, headers, signal }: RequestOptions = {},
): Promise<Reply<z.infer<Schema>>> {
  let response: Response;
  let parsed: unknown;
  try {
    response = await fetch(appUrl(path), {
      method,
      headers: {
        Accept: 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
      // A redirect would hand us a page instead of an answer.
      redirect: 'error',
    });
    parsed = await response.json().catch(() => undefined);
  } catch {
    return { ok: false, status: 0, code: 'unreachable' };
  }
  if (!response.ok) return refusal(response, parsed);
  const result = schema.safeParse(parsed);
  return result.success
    ? { ok: true, value: result.data }
    : { ok: false, status: response.status, code: 'unexpected_reply' };
}

function refusal(response: Response, parsed: unknown): Refusal {
  const { status } = response;
  const body = ErrorBody.safeParse(parsed);
  const retryAfterSeconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
  return {
    ok: false,
    status,
    code: body.success ? body.data.error : 'unexpected_reply',
    ...(body.success && body.data.message !== undefined ? { message: body.data.message } : {}),
    ...(body.success && body.data.issues !== undefined ? { issues: body.data.issues } : {}),
    ...(Number.isFinite(retryAfterSeconds) ? { retryAfterSeconds } : {}),
  };
}
