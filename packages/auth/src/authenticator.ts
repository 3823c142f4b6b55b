import { type CredentialRequest, type Presented, presentedCredentials } from './credentials.ts';
import { Secret } from './secret.ts';

/** Who a request comes from and by which method that was proved. */
export interface Identity {
  readonly id: string;
  readonly method: 'bearer' | 'subprotocol' | 'query' | 'session' | 'api-key';
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** `missing` = nothing of this kind was presented, so another authenticator may still decide. */
export type AuthenticationResult =
  | { readonly ok: true; readonly identity: Identity }
  | { readonly ok: false; readonly reason: 'missing' | 'malformed' | 'invalid' };

/** Judges a request before it is answered or upgraded; shared by the gateway's channel and the hub. */
export type Authenticator = (request: CredentialRequest) => AuthenticationResult | Promise<AuthenticationResult>;

/** Whether this token is one that counts; may answer with the identity behind it. */
export type TokenCheck = (token: Secret) => boolean | { id: string; claims?: Readonly<Record<string, unknown>> };

const refuse = (reason: 'missing' | 'malformed' | 'invalid'): AuthenticationResult => ({ ok: false, reason });

/** Somebody without a name could not be told apart from others, and not be disconnected alone. */
function identified(identity: Identity): AuthenticationResult {
  const id = identity.id.trim();
  return id === '' ? refuse('invalid') : { ok: true, identity: { ...identity, id } };
}

function judge(token: Secret, method: Identity['method'], accepts: TokenCheck): AuthenticationResult {
  const verdict = accepts(token);
  if (verdict === false) return refuse('invalid');
  const known = verdict === true ? { id: method } : verdict;
  return identified({ method, ...known });
}

function judgePresented(presented: Presented, method: Identity['method'], accepts: TokenCheck): AuthenticationResult {
  if (presented.state === 'none') return refuse('missing');
  if (presented.state === 'malformed') return refuse('malformed');
  return judge(presented.token, method, accepts);
}

/** `Authorization: Bearer <token>` (RFC 6750, 2.1; scheme case-insensitive). */
export function bearerAuthenticator(accepts: TokenCheck): Authenticator {
  return (request) => judgePresented(presentedCredentials(request).bearer, 'bearer', accepts);
}

/** `Sec-WebSocket-Protocol: token.<token>`: the way of browsers, which cannot set headers. Any one offered may be right. */
export function subprotocolAuthenticator(accepts: TokenCheck): Authenticator {
  return (request) => {
    const offered = presentedCredentials(request).subprotocol;
    const results = offered.map((token) => judge(token, 'subprotocol', accepts));
    return results.find((result) => result.ok) ?? results[0] ?? refuse('missing');
  };
}

/** `?token=<token>`: for clients that can set neither header nor subprotocol; off by default, since URLs are logged. */
export function queryAuthenticator(accepts: TokenCheck): Authenticator {
  return (request) => judgePresented(presentedCredentials(request).query, 'query', accepts);
}

/** A header such as `X-Api-Key` with one of several keys; every key is compared, so time tells nothing. */
export function apiKeyAuthenticator(
  keys: ReadonlyMap<string, Secret>,
  { header = 'x-api-key' }: { header?: string } = {},
): Authenticator {
  const known = new Map(keys);
  return ({ headers }) => {
    const value = headers[header];
    if (value === undefined) return refuse('missing');
    if (typeof value !== 'string' || value.trim() === '') return refuse('malformed');
    const presented = new Secret(value.trim());
    const matches = [...known].filter(([, key]) => key.equals(presented));
    const id = matches[0]?.[0];
    return id === undefined ? refuse('invalid') : identified({ id, method: 'api-key' });
  };
}

/** Tries each in order; the first that finds a credential decides alone, even when it refuses (tokens.md). */
export function anyOf(...authenticators: readonly Authenticator[]): Authenticator {
  return async (request) => {
    for (const authenticate of authenticators) {
      const result = await authenticate(request);
      if (result.ok || result.reason !== 'missing') return result;
    }
    return refuse('missing');
  };
}
