import {
  type Authenticator,
  anyOf,
  bearerAuthenticator,
  parseComposedToken,
  queryAuthenticator,
  type Secret,
  subprotocolAuthenticator,
} from '@picoclaw/auth';
import type { GatewaySettings } from '../settings.ts';

type Authority = Pick<GatewaySettings, 'gatewayToken' | 'pidTokenOverride'> & {
  readonly channel: Pick<GatewaySettings['channel'], 'token' | 'allowTokenQuery'>;
};

/**
 * Which tokens open the channel (tokens.md): `PICOCLAW_GATEWAY_TOKEN` is the one authority when set, else the channel
 * token; either of them plain, or composed with this process's pid token. `pid_token_override` refuses the plain form.
 */
export function channelTokenCheck(settings: Authority, pidToken: Secret): (token: Secret) => boolean {
  const authority = settings.gatewayToken ?? settings.channel.token;
  if (authority === undefined) return () => false;
  return (token) => {
    const composed = parseComposedToken(token);
    const isComposed = composed?.pidToken.equals(pidToken) && composed.channelToken.equals(authority);
    return isComposed || (!settings.pidTokenOverride && token.equals(authority));
  };
}

/** Bearer, then subprotocol, then the query where it is allowed: the first that carries a token decides alone. */
export function channelAuthenticator(settings: Authority, pidToken: Secret): Authenticator {
  const isAccepted = channelTokenCheck(settings, pidToken);
  // The token itself goes with the identity, to be judged again when a reload changes which tokens count.
  const accepts = (token: Secret) => isAccepted(token) && { id: 'channel', claims: { token } };
  const methods = [bearerAuthenticator(accepts), subprotocolAuthenticator(accepts)];
  return anyOf(...methods, ...(settings.channel.allowTokenQuery ? [queryAuthenticator(accepts)] : []));
}

/** What `/reload` asks for: the pid token of this process, or `PICOCLAW_GATEWAY_TOKEN`; as a Bearer only. */
export function reloadAuthenticator(
  { gatewayToken }: Pick<Authority, 'gatewayToken'>,
  pidToken: Secret,
): Authenticator {
  return bearerAuthenticator((token) => {
    const isGatewayToken = gatewayToken?.equals(token) ?? false;
    return pidToken.equals(token) || isGatewayToken;
  });
}
