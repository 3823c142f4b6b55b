export type { AuthenticationResult, Authenticator, Identity } from './authenticator.ts';
export {
  anyOf,
  apiKeyAuthenticator,
  bearerAuthenticator,
  queryAuthenticator,
  subprotocolAuthenticator,
} from './authenticator.ts';
export { constantTimeEqual } from './compare.ts';
export { COMPOSED_TOKEN_DELIMITER, COMPOSED_TOKEN_PREFIX, composeToken, parseComposedToken } from './composed-token.ts';
export type { CredentialRequest, Presented, PresentedCredentials } from './credentials.ts';
export { offeredSubprotocols, presentedCredentials } from './credentials.ts';
export { Secret } from './secret.ts';
export type { EndedSessions, Revocation, Session, SessionCheck, SessionSigner, Sessions } from './sessions.ts';
export { createSessions } from './sessions.ts';
