import { BodyTooLargeError, readBoundedBody } from './bounded-body.ts';
import type { RunningGateway } from './find-gateway.ts';

/** What the gateway answered to a request of the launcher's own, or that it did not. */
export type GatewayReply =
  | {
      readonly answered: true;
      readonly status: number;
      readonly headers: Headers;
      readonly body: Uint8Array;
    }
  | { readonly answered: false; readonly why: 'timeout' | 'too_large' | 'unreachable'; readonly cause: unknown };

interface GatewayRequest {
  readonly method: 'GET' | 'DELETE';
  /** With its query; below the gateway's own base path. */
  readonly path: string;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;

/** Asks the gateway for something small over plain HTTP, with the token that opens its channel. */
export async function askGateway(
  gateway: RunningGateway,
  { method, path, timeoutMs = TIMEOUT_MS }: GatewayRequest,
): Promise<GatewayReply> {
  const { host, port, isSecure, basePath, token } = gateway;
  const address = host.includes(':') ? `[${host}]` : host;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(`${isSecure ? 'https' : 'http'}://${address}:${port}${basePath}${path}`, {
      method,
      headers: { authorization: `Bearer ${token.reveal()}`, connection: 'close' },
      redirect: 'error',
      signal,
    });
    const body = await readBoundedBody(response);
    return { answered: true, status: response.status, headers: response.headers, body };
  } catch (cause) {
    const why = signal.aborted ? 'timeout' : cause instanceof BodyTooLargeError ? 'too_large' : 'unreachable';
    return { answered: false, why, cause };
  }
}
