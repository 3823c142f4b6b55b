export { writeFileAtomically } from './atomic-file.ts';
export type { BindHost, BindHosts } from './binding.ts';
export { checkBindHosts, parseBindHosts } from './binding.ts';
export type { FileText } from './bounded-file.ts';
export { readBoundedFile } from './bounded-file.ts';
export type {
  Certificate,
  CertificateCheck,
  CertificateFiles,
  CertificateProblem,
  CertificateWarning,
  OpenKey,
} from './certificate.ts';
export { openKeyOf, readCertificate } from './certificate.ts';
export type { Rotation } from './channel-token.ts';
export { gatewayAuthority, resolveChannelToken, rotateChannelToken } from './channel-token.ts';
export type { ChildEnvironmentOptions } from './child-environment.ts';
export { childEnvironment, desktopEnvironment, gatewaySecrets } from './child-environment.ts';
export type { ConfigErrorCode, ConfigProblem } from './config-error.ts';
export { ConfigError, problemLine, throwProblems } from './config-error.ts';
export { problemOfConfigFile } from './config-file-argument.ts';
export { snapshotConfig } from './config-snapshot.ts';
export type {
  CredentialInputs,
  CredentialPurpose,
  ResolvedCredential,
  ShadowedCredential,
  WrittenCredential,
} from './credentials.ts';
export { resolveCredential } from './credentials.ts';
export type { Environment, EnvironmentOptions } from './env.ts';
export { readEnvironment } from './env.ts';
export type { EnvironmentVariable } from './environment-variables.ts';
export { environmentVariables } from './environment-variables.ts';
export type { FileLockOptions, HeldLock } from './file-lock.ts';
export { withFileLock } from './file-lock.ts';
export type { GatewayConfig } from './gateway-config.ts';
export { loadGatewayConfig } from './gateway-config.ts';
export type { ModelEntry } from './gateway-schema.ts';
export { DEFAULT_GATEWAY_PORT, gatewayOptions } from './gateway-schema.ts';
export { ensureHome } from './home.ts';
export type { JsonObject, JsonValue } from './json-object.ts';
export type { LauncherConfig } from './launcher-config.ts';
export { loadLauncherConfig } from './launcher-config.ts';
export { DEFAULT_LAUNCHER_PORT, launcherOptions } from './launcher-schema.ts';
export type { LauncherToken, Registration, RegistrationRequest } from './launcher-token.ts';
export {
  findLauncherToken,
  registerLauncherToken,
  resolveLauncherToken,
  rotateLauncherToken,
} from './launcher-token.ts';
export type { FileDigests, UpdateResult } from './locked-update.ts';
export { longForm } from './long-form.ts';
export type { MergePatch } from './merge-patch.ts';
export { modelOptions } from './model-list.ts';
export type { ModelProvider, ModelReference } from './model-provider.ts';
export { modelProviders, parseModelReference } from './model-provider.ts';
export type { Option } from './option.ts';
export { parseValue } from './option.ts';
export type { PathFlags, Paths } from './paths.ts';
export { resolvePaths } from './paths.ts';
export type { GivenCredential, PersistedCredential } from './persist-credentials.ts';
export { credentialsGiven, persistCredentials } from './persist-credentials.ts';
export { ensurePicoChannel } from './pico-channel.ts';
export type { ServiceKind, Setting, Source } from './precedence.ts';
export { byPrecedence } from './precedence.ts';
export type { RandomBytes } from './random-token.ts';
export { randomToken } from './random-token.ts';
export type { OptionFlags, Origin } from './resolve-options.ts';
export { decodeSessionKey } from './session-key.ts';
export { trustedGatewayHosts } from './trusted-hosts.ts';
export type { Change, OptionValues } from './update-config.ts';
export {
  updateGatewayConfig,
  updateGatewayOptions,
  updateLauncherConfig,
  updateLauncherOptions,
  updateSecurity,
} from './update-config.ts';
export type { LogLevel } from './values.ts';
export { LOG_LEVELS } from './values.ts';
export { PICOCLAW_VERSION } from './version.ts';
