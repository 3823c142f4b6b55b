import { describe, expect, it } from 'vitest';
import type { Case, Evidence } from '../../src/connect/case.ts';
import { diagnose } from '../../src/connect/diagnose.ts';
import type { Observation } from '../../src/connect/observation.ts';
import { type ReasonCode, reasons } from '../../src/connect/reasons.ts';
import type { TokenKind } from '../../src/connect/token-kind.ts';
import type { Method, TargetName } from '../../src/connect/way.ts';

interface Given {
  readonly target?: TargetName;
  readonly method?: Method;
  readonly kind?: TokenKind;
  readonly evidence?: Evidence;
}

function caseOf(
  observation: Observation,
  { target = 'gateway', method = 'bearer', kind = 'channel', evidence = {} }: Given,
): Case {
  const url = method === 'api' ? 'http://127.0.0.1:18800/api/pico/info' : 'ws://127.0.0.1:18790/pico/ws';
  const token = target === 'given' ? 'given' : 'channel';
  return {
    way: { target, url, method, token },
    observation,
    tokenKind: kind,
    tokenFrom: '/h/.security.yml: t',
    evidence,
  };
}

const answered = (status: number, code?: string, more: object = {}): Observation => ({
  kind: 'answered',
  status,
  code,
  ...more,
});
const failed = (code: string): Observation => ({ kind: 'failed', code });
const unauthorized = answered(401, 'unauthorized');
const invalid = answered(403, 'invalid_token');
const stale: Evidence = { pidFile: { path: '/h/.picoclaw.pid', state: 'stale', reason: 'process 7 is gone' } };

type Row = readonly [ReasonCode, Observation, Given?];

const table: readonly Row[] = [
  ['connected', { kind: 'connected' }],
  ['no_token', { kind: 'skipped', why: 'no_token' }],
  ['token_unfit', { kind: 'skipped', why: 'token_unfit' }],
  ['no_pong', { kind: 'silent' }],
  ['closed_at_once', { kind: 'closed', code: 1011 }],
  ['bad_upgrade', { kind: 'malformed', isUnselected: false }],
  ['subprotocol_dropped', { kind: 'malformed', isUnselected: true }],
  ['not_a_launcher', { kind: 'foreign' }, { target: 'launcher' }],
  ['not_own_gateway', { kind: 'foreign' }],
  ['pid_file_unusable', { kind: 'unproven' }],

  // The gateway refuses the token.
  ['wrong_token', unauthorized, { kind: 'unknown' }],
  ['launcher_token_at_gateway', unauthorized, { kind: 'launcher' }],
  ['pid_token_presented', unauthorized, { kind: 'pid' }],
  ['composed_token_stale', unauthorized, { kind: 'composed_elsewhere' }],
  ['channel_token_shadowed', unauthorized, { kind: 'shadowed' }],
  ['pid_token_override_on', unauthorized, { evidence: { composedWorks: true } }],
  ['token_drift', unauthorized, { evidence: { composedWorks: false } }],
  ['token_drift', unauthorized, { kind: 'composed' }],
  ['embedded_token', unauthorized, { evidence: { embeddedIn: '/u/picoclaw-gateway.service' } }],
  ['token_query_off', unauthorized, { method: 'query', evidence: { worksBy: ['bearer'] } }],
  ['token_drift', unauthorized, { method: 'query' }],
  ['authorization_dropped', unauthorized, { evidence: { worksBy: ['subprotocol'] } }],
  ['subprotocol_dropped', unauthorized, { method: 'subprotocol', evidence: { worksBy: ['bearer'] } }],
  ['token_drift', answered(401), {}],
  ['refused_in_front', answered(401), { target: 'given', kind: 'unknown' }],

  // The launcher refuses it, or its API.
  ['wrong_token', invalid, { target: 'launcher', kind: 'unknown' }],
  ['token_drift', invalid, { target: 'launcher' }],
  ['embedded_token', invalid, { target: 'launcher', kind: 'launcher', evidence: { embeddedIn: '/u/a.service' } }],
  ['pid_token_presented', invalid, { target: 'launcher', kind: 'pid' }],
  ['composed_token_at_launcher', invalid, { target: 'launcher', kind: 'composed' }],
  ['composed_token_at_launcher', invalid, { target: 'given', kind: 'composed_elsewhere' }],
  ['channel_token_shadowed', invalid, { target: 'launcher', kind: 'shadowed' }],
  ['session_needed', invalid, { target: 'launcher', method: 'query' }],
  ['authorization_dropped', invalid, { target: 'launcher', evidence: { worksBy: ['subprotocol'] } }],
  ['channel_token_at_api', unauthorized, { target: 'launcher', method: 'api' }],
  [
    'channel_token_at_api',
    unauthorized,
    { target: 'given', method: 'api', kind: 'unknown', evidence: { worksBy: ['bearer'] } },
  ],
  ['composed_token_at_launcher', unauthorized, { target: 'launcher', method: 'api', kind: 'composed' }],
  ['pid_token_presented', unauthorized, { target: 'launcher', method: 'api', kind: 'pid' }],
  ['wrong_token', unauthorized, { target: 'launcher', method: 'api', kind: 'unknown' }],
  ['rate_limited', answered(429, 'too_many_attempts', { retryAfterS: 42 }), { target: 'launcher' }],
  ['rate_limited', answered(429), { target: 'given' }],

  // Other answers of ours.
  ['channel_disabled', answered(404, 'channel_disabled')],
  [
    'channel_disabled',
    answered(503, 'gateway_unavailable'),
    { target: 'launcher', evidence: { isChannelEnabled: false } },
  ],
  ['gateway_down', answered(503, 'gateway_unavailable'), { target: 'launcher', evidence: { isChannelEnabled: true } }],
  ['stale_pid_file', answered(503, 'gateway_unavailable'), { target: 'launcher', evidence: stale }],
  ['origin_not_allowed', answered(403, 'origin_not_allowed')],
  ['host_not_allowed', answered(421, 'host_not_allowed')],
  ['network_not_allowed', answered(403, 'network_not_allowed')],
  ['too_many_connections', answered(503, 'too_many_connections')],
  ['too_many_connections', answered(503, 'too_many_pending')],
  ['gateway_starting', answered(503, 'not_ready')],
  ['gateway_timeout', answered(504, 'gateway_timeout')],
  ['bad_gateway', answered(502, 'bad_gateway')],
  ['wrong_path', answered(404, 'not_found')],
  ['server_error', answered(500, 'internal_error')],

  // Proxies, and others.
  ['upgrade_dropped', answered(426, 'upgrade_required')],
  ['upgrade_dropped', answered(400, 'bad_handshake')],
  ['upgrade_dropped', answered(200), { target: 'given', evidence: { isPicoClawBehind: true } }],
  ['upgrade_dropped', answered(400), { target: 'given', evidence: { isPicoClawBehind: true } }],
  ['not_picoclaw', answered(200), { target: 'given', evidence: { isPicoClawBehind: false } }],
  ['wrong_path', answered(404), { target: 'given', evidence: { isPicoClawBehind: true } }],
  ['redirected', answered(301, undefined, { location: 'https://claw.example/pico/ws' }), { target: 'given' }],
  ['session_needed', answered(303, undefined, { location: '/login?next=%2Fpico' }), { target: 'given' }],
  ['refused_in_front', answered(407), { target: 'given' }],
  ['no_upstream', answered(502), { target: 'given' }],
  ['server_error', answered(500), { target: 'given' }],
  ['tls_needed', answered(400), { target: 'given', evidence: { speaksTls: true } }],

  // No answer at all.
  ['launcher_down', failed('ECONNREFUSED'), { target: 'launcher' }],
  ['gateway_down', failed('ECONNREFUSED')],
  ['stale_pid_file', failed('ECONNREFUSED'), { evidence: stale }],
  ['connection_refused', failed('ECONNREFUSED'), { target: 'given' }],
  ['unreachable', failed('EHOSTUNREACH'), { target: 'given' }],
  ['dns_failed', failed('ENOTFOUND'), { target: 'given' }],
  ['dns_failed', failed('EAI_AGAIN'), { target: 'given' }],
  ['timeout', failed('timeout'), { target: 'given' }],
  ['timeout', failed('ETIMEDOUT'), { target: 'given' }],
  ['network_error', failed('ECONNRESET'), { target: 'given' }],
  ['tls_untrusted', failed('DEPTH_ZERO_SELF_SIGNED_CERT'), { target: 'given' }],
  ['tls_untrusted', failed('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), { target: 'given' }],
  ['tls_expired', failed('CERT_HAS_EXPIRED'), { target: 'given' }],
  ['tls_wrong_name', failed('ERR_TLS_CERT_ALTNAME_INVALID'), { target: 'given' }],
  ['tls_needed', failed('ECONNRESET'), { target: 'given', evidence: { speaksTls: true } }],
  ['tls_not_spoken', failed('ERR_SSL_WRONG_VERSION_NUMBER'), { target: 'given', evidence: { speaksPlain: true } }],
  ['tls_failed', failed('EPROTO'), { target: 'given', evidence: { speaksPlain: false } }],
];

const rows = table.map(([code, observation, given = {}]) => ({ code, observation, given }));

it.each(rows)('$code is what $observation means for $given', ({ code, observation, given }) => {
  expect(diagnose(caseOf(observation, given))).toBe(code);
});

describe('the table', () => {
  it('has every reason', () => {
    expect(new Set(table.map(([code]) => code))).toEqual(new Set(Object.keys(reasons)));
  });

  it('has one sentence for each reason and one thing to change, without a hole in it', () => {
    for (const { code, observation, given } of rows) {
      const tried = caseOf(observation, given);
      expect(reasons[code].reason(tried), code).toMatch(/^\S.*[.]$/);
      if (code !== 'connected') expect(reasons[code].fix(tried), code).toMatch(/^\S.*\S$/);
      expect(`${reasons[code].reason(tried)} ${reasons[code].fix(tried)}`, code).not.toMatch(
        /undefined|null|NaN|\[object| {2}/,
      );
    }
  });
});
