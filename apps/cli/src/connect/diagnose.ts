import type { Case } from './case.ts';
import type { Answer } from './observation.ts';
import type { ReasonCode } from './reasons.ts';

/** Decides why a way works or does not, from what was seen and from nothing else. */
export function diagnose(tried: Case): ReasonCode {
  const { observation } = tried;
  switch (observation.kind) {
    case 'connected':
      return 'connected';
    case 'skipped':
      return observation.why;
    case 'foreign':
      return tried.way.target === 'launcher' ? 'not_a_launcher' : 'not_own_gateway';
    case 'unproven':
      return 'pid_file_unusable';
    case 'silent':
      return 'no_pong';
    case 'closed':
      return 'closed_at_once';
    case 'malformed':
      return observation.isUnselected ? 'subprotocol_dropped' : 'bad_upgrade';
    case 'failed':
      return ofFailure(observation.code, tried);
    case 'answered':
      return ofAnswer(observation, tried);
  }
}

const UNREACHABLE = ['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL'];
const UNTRUSTED = [
  ...['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ...['UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'CERT_UNTRUSTED'],
];

function ofFailure(code: string, { way, evidence }: Case): ReasonCode {
  if (code === 'ECONNREFUSED') {
    if (way.target === 'given') return 'connection_refused';
    if (way.target === 'launcher') return 'launcher_down';
    return evidence.pidFile?.state === 'stale' ? 'stale_pid_file' : 'gateway_down';
  }
  if (code === 'timeout' || code === 'ETIMEDOUT') return 'timeout';
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) return 'dns_failed';
  if (UNREACHABLE.includes(code)) return 'unreachable';
  if (UNTRUSTED.includes(code)) return 'tls_untrusted';
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') return 'tls_expired';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'tls_wrong_name';
  if (evidence.speaksTls) return 'tls_needed';
  if (evidence.speaksPlain) return 'tls_not_spoken';
  return /^(EPROTO$|ERR_SSL_|ERR_TLS_)/.test(code) ? 'tls_failed' : 'network_error';
}

/** What the error codes of docs/errors.md mean here. */
const BY_CODE: Readonly<Record<string, ReasonCode>> = {
  origin_not_allowed: 'origin_not_allowed',
  host_not_allowed: 'host_not_allowed',
  network_not_allowed: 'network_not_allowed',
  channel_disabled: 'channel_disabled',
  too_many_connections: 'too_many_connections',
  too_many_pending: 'too_many_connections',
  too_many_attempts: 'rate_limited',
  not_ready: 'gateway_starting',
  bad_gateway: 'bad_gateway',
  gateway_timeout: 'gateway_timeout',
  https_required: 'tls_needed',
  upgrade_required: 'upgrade_dropped',
  bad_handshake: 'upgrade_dropped',
  unsupported_websocket_version: 'upgrade_dropped',
  not_found: 'wrong_path',
  not_a_websocket: 'wrong_path',
  internal_error: 'server_error',
  config_unavailable: 'server_error',
};

function ofAnswer(answer: Answer, tried: Case): ReasonCode {
  const { status, code } = answer;
  const { evidence } = tried;
  if (code === 'invalid_token' && status === 403) return ofRefusalByLauncher(tried);
  if (code === 'unauthorized' && status === 401) {
    return tried.way.method === 'api' ? ofRefusalByApi(tried) : ofRefusalByGateway(tried);
  }
  if (code === 'gateway_unavailable') {
    if (evidence.isChannelEnabled === false) return 'channel_disabled';
    return evidence.pidFile?.state === 'stale' ? 'stale_pid_file' : 'gateway_down';
  }
  const known = code === undefined ? undefined : BY_CODE[code];
  return known ?? ofOtherAnswer(answer, tried);
}

/** The launcher takes its own token and the channel token, by header and by subprotocol. */
function ofRefusalByLauncher({ way, tokenKind, evidence }: Case): ReasonCode {
  if (way.method === 'query') return 'session_needed';
  if (evidence.worksBy?.length) return lostOnTheWay(way.method);
  if (tokenKind === 'pid') return 'pid_token_presented';
  if (tokenKind === 'composed' || tokenKind === 'composed_elsewhere') return 'composed_token_at_launcher';
  if (tokenKind === 'shadowed') return 'channel_token_shadowed';
  return tokenKind === 'unknown' ? 'wrong_token' : drift(evidence);
}

function ofRefusalByApi({ tokenKind, evidence }: Case): ReasonCode {
  if (tokenKind === 'pid') return 'pid_token_presented';
  if (tokenKind === 'composed' || tokenKind === 'composed_elsewhere') return 'composed_token_at_launcher';
  // Let in to the chat and not to the API: there is but one such token.
  if (tokenKind === 'channel' || evidence.worksBy?.length) return 'channel_token_at_api';
  if (tokenKind === 'shadowed') return 'channel_token_shadowed';
  return tokenKind === 'unknown' ? 'wrong_token' : drift(evidence);
}

/** The gateway takes the channel token, plain or composed, by header, subprotocol and, where that is allowed, query. */
function ofRefusalByGateway({ way, tokenKind, evidence }: Case): ReasonCode {
  if (evidence.worksBy?.length) return way.method === 'query' ? 'token_query_off' : lostOnTheWay(way.method);
  if (tokenKind === 'launcher') return 'launcher_token_at_gateway';
  if (tokenKind === 'pid') return 'pid_token_presented';
  if (tokenKind === 'composed_elsewhere') return 'composed_token_stale';
  if (tokenKind === 'shadowed') return 'channel_token_shadowed';
  if (tokenKind === 'unknown') return 'wrong_token';
  return evidence.composedWorks ? 'pid_token_override_on' : drift(evidence);
}

const drift = ({ embeddedIn }: Case['evidence']): ReasonCode =>
  embeddedIn === undefined ? 'token_drift' : 'embedded_token';

const lostOnTheWay = (method: Case['way']['method']): ReasonCode =>
  method === 'subprotocol' ? 'subprotocol_dropped' : 'authorization_dropped';

/** Answers of others: a proxy in front, another program, another implementation. */
function ofOtherAnswer({ status, location = '' }: Answer, tried: Case): ReasonCode {
  const { evidence } = tried;
  if (evidence.speaksTls) return 'tls_needed';
  if (status >= 300 && status < 400) return /\/login(\?|$)/.test(location) ? 'session_needed' : 'redirected';
  if (status === 429) return 'rate_limited';
  if (status === 421) return 'host_not_allowed';
  // Another implementation of the gateway says it without a code; the pid file has proved that it is one.
  if (status === 401 && tried.way.target === 'gateway') return ofRefusalByGateway(tried);
  if (status === 401 || status === 403 || status === 407) return 'refused_in_front';
  if (status >= 502 && status <= 504) return 'no_upstream';
  if (status >= 500) return 'server_error';
  if (status === 404 && evidence.isPicoClawBehind) return 'wrong_path';
  return evidence.isPicoClawBehind ? 'upgrade_dropped' : 'not_picoclaw';
}
