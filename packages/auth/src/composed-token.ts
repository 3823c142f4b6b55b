import { Secret } from './secret.ts';

/** Starts the token with which a launcher proves that it read this gateway process's pid file (tokens.md). */
export const COMPOSED_TOKEN_PREFIX = 'pico-';
/** Stands between the pid token (hex, so it cannot contain it) and the channel token. */
export const COMPOSED_TOKEN_DELIMITER = '.';

/** `pico-<pid token>.<channel token>`: opens the channel of exactly one gateway process. */
export function composeToken(pidToken: Secret, channelToken: Secret): Secret {
  return new Secret(`${COMPOSED_TOKEN_PREFIX}${pidToken.reveal()}${COMPOSED_TOKEN_DELIMITER}${channelToken.reveal()}`);
}

/** Takes a composed token apart at the first delimiter; `undefined` when it is not one. */
export function parseComposedToken(token: Secret): { pidToken: Secret; channelToken: Secret } | undefined {
  const text = token.reveal();
  if (!text.startsWith(COMPOSED_TOKEN_PREFIX)) return undefined;
  const at = text.indexOf(COMPOSED_TOKEN_DELIMITER, COMPOSED_TOKEN_PREFIX.length);
  if (at <= COMPOSED_TOKEN_PREFIX.length || at === text.length - 1) return undefined;
  return {
    pidToken: new Secret(text.slice(COMPOSED_TOKEN_PREFIX.length, at)),
    channelToken: new Secret(text.slice(at + COMPOSED_TOKEN_DELIMITER.length)),
  };
}
