/** The names a client may offer in `Sec-WebSocket-Protocol`; a token travels there as `token.<token>`. */
export const Subprotocol = { v1: 'pico.v1', v2: 'pico.v2', tokenPrefix: 'token.' } as const;

// RFC 6455 §4.1 wants each offered subprotocol to be a token of RFC 7230 §3.2.6; browsers throw on anything else.
const tokenCharacters = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Says whether a text can travel as a subprotocol; a token that cannot must go in a Bearer header. */
export function isSubprotocolSafe(text: string): boolean {
  return tokenCharacters.test(text);
}

/** The subprotocol that carries a token, or undefined when the token has characters that no subprotocol may have. */
export function tokenSubprotocol(token: string): string | undefined {
  return isSubprotocolSafe(token) ? `${Subprotocol.tokenPrefix}${token}` : undefined;
}

/** Chooses the reply's subprotocol among those offered: `pico.v2`, else `pico.v1`, else the client's own token, else none. */
export function selectSubprotocol(offered: readonly string[]): string | undefined {
  return (
    offered.find((name) => name === Subprotocol.v2) ??
    offered.find((name) => name === Subprotocol.v1) ??
    offered.find((name) => name.startsWith(Subprotocol.tokenPrefix))
  );
}
