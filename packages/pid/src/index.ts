export type { ClaimOptions, ClaimResult, PidClaim } from './claim-pid-file.ts';
export { claimPidFile, releasePidFile } from './claim-pid-file.ts';
export { connectHost, gatewayOrigin, isTrustedHost } from './connect-host.ts';
export { GATEWAY_TITLE, looksLikeGateway } from './gateway-command.ts';
export type { HealthAnswer } from './health-probe.ts';
export { probeHealth } from './health-probe.ts';
export type { JudgeOptions, LivenessProof, Verdict } from './liveness.ts';
export { judgeRecord } from './liveness.ts';
export type { PidFileErrorCode } from './pid-file-error.ts';
export { PidFileError } from './pid-file-error.ts';
export type { PidReader, PidReaderOptions } from './pid-reader.ts';
export { createPidReader } from './pid-reader.ts';
export type { ParsedPidRecord, PidRecord } from './pid-record.ts';
export {
  channelCredential,
  describeGateway,
  isSameGateway,
  parsePidRecord,
  serializePidRecord,
  takesComposedToken,
} from './pid-record.ts';
export type { CurrentProcess, ProcessFacts } from './process-facts.ts';
export { currentProcess, inspectProcess, processStartTime } from './process-facts.ts';
export type { PidFileState, ReadOptions } from './read-pid-file.ts';
export { readPidFile } from './read-pid-file.ts';
export type { RemoveResult } from './remove-if.ts';
export { removeIf, removeInvalid } from './remove-if.ts';
export type { GatewaySignal, SignalOptions, SignalResult } from './signal-gateway.ts';
export { signalGateway, signalRecord } from './signal-gateway.ts';
export { stopGateway } from './stop-gateway.ts';
