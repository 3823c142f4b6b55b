import { ExitCode } from '../../exit-code.ts';
import type { Case } from '../case.ts';
import { placeOf, type ReasonRow, whoIs } from '../reason.ts';

const failureOf = ({ observation }: Case): string => (observation.kind === 'failed' ? observation.code : '');
const hostOf = ({ way }: Case): string => new URL(way.url).hostname;
const pidFileOf = ({ evidence }: Case): string =>
  evidence.pidFile === undefined ? '' : `${evidence.pidFile.path}: ${evidence.pidFile.reason}`;

/** `ws:` for `wss:` and the other way round. */
function otherScheme({ way }: Case): string {
  const url = new URL(way.url);
  url.protocol = url.protocol === 'wss:' ? 'ws:' : 'wss:';
  return url.href;
}

/** Why nothing answered, or nothing that may be given a token. */
export const networkReasons = {
  launcher_down: {
    exit: ExitCode.notRunning,
    reason: (tried) => `The launcher is not running: nothing listens at ${placeOf(tried)}.`,
    fix: () => 'Start it: picoclaw-launcher',
  },
  gateway_down: {
    exit: ExitCode.notRunning,
    reason: (tried) =>
      tried.observation.kind === 'answered'
        ? 'The launcher took the token, but its gateway does not run.'
        : `The gateway is not running: nothing listens at ${placeOf(tried)}.`,
    fix: () => 'Start it: picoclaw-launcher gateway start',
  },
  stale_pid_file: {
    exit: ExitCode.notRunning,
    reason: (tried) => `The gateway is not running, and its pid file is left over (${pidFileOf(tried)}).`,
    fix: () => 'Start it, which replaces the file: picoclaw-launcher gateway start',
  },
  pid_file_unusable: {
    exit: ExitCode.operator,
    reason: (tried) => `The pid file tells of no gateway that could be trusted with a token (${pidFileOf(tried)}).`,
    fix: () => 'Restart the gateway, which writes it anew: picoclaw-launcher gateway restart',
  },
  not_own_gateway: {
    exit: ExitCode.operator,
    reason: (tried) =>
      `Another program answers at ${placeOf(tried)}; no pid file of this home speaks of it, so it got no token.`,
    fix: () => 'Give the gateway another port (gateway.port in config.json), or PICOCLAW_HOME of the one that runs.',
  },
  not_a_launcher: {
    exit: ExitCode.operator,
    reason: (tried) => `Another program answers at ${placeOf(tried)}, so it got no token.`,
    fix: () => 'Give the launcher another port ("port" in launcher-config.json) and start it.',
  },
  connection_refused: {
    exit: ExitCode.notRunning,
    reason: (tried) => `Nothing listens at ${placeOf(tried)}.`,
    fix: () => 'Check the port, and start the launcher or the gateway there.',
  },
  unreachable: {
    exit: ExitCode.notRunning,
    reason: (tried) => `There is no way through the network to ${hostOf(tried)} (${failureOf(tried)}).`,
    fix: () => 'Check the address, and that this machine is connected to that network.',
  },
  dns_failed: {
    exit: ExitCode.notRunning,
    reason: (tried) => `The name ${hostOf(tried)} cannot be resolved (${failureOf(tried)}).`,
    fix: () => 'Check the spelling of the name, or give the address instead.',
  },
  timeout: {
    exit: ExitCode.notRunning,
    reason: (tried) => `No answer came from ${placeOf(tried)} in time.`,
    fix: () => 'Open the port in the firewall between here and there, or check the address.',
  },
  network_error: {
    exit: ExitCode.failed,
    reason: (tried) => `The connection to ${placeOf(tried)} broke before there was an answer (${failureOf(tried)}).`,
    fix: () => 'Check that a launcher or a gateway has this port; its log says why it hung up.',
  },
  tls_untrusted: {
    exit: ExitCode.operator,
    reason: (tried) =>
      `The certificate of ${placeOf(tried)} is self-signed or from an unknown authority (${failureOf(tried)}).`,
    fix: () => 'Set NODE_EXTRA_CA_CERTS=<file> to the certificate of its authority.',
  },
  tls_expired: {
    exit: ExitCode.operator,
    reason: (tried) => `The certificate of ${placeOf(tried)} is not valid now (${failureOf(tried)}).`,
    fix: () => 'Renew the certificate, or set the clock right.',
  },
  tls_wrong_name: {
    exit: ExitCode.operator,
    reason: (tried) => `The certificate of ${placeOf(tried)} is for another name than ${hostOf(tried)}.`,
    fix: () => 'Use a name that the certificate is for.',
  },
  tls_needed: {
    exit: ExitCode.operator,
    reason: (tried) => `${placeOf(tried)} speaks TLS, and the address begins with ws://.`,
    fix: (tried) => `Use ${otherScheme(tried)}`,
  },
  tls_not_spoken: {
    exit: ExitCode.operator,
    reason: (tried) => `${placeOf(tried)} speaks no TLS, and the address begins with wss://.`,
    fix: (tried) => `Use ${otherScheme(tried)}`,
  },
  tls_failed: {
    exit: ExitCode.operator,
    reason: (tried) => `TLS with ${placeOf(tried)} failed (${failureOf(tried)}).`,
    fix: () => 'Check the TLS settings of the proxy in front.',
  },
  no_pong: {
    exit: ExitCode.operator,
    reason: (tried) => `The handshake succeeded, but ${whoIs(tried)} did not answer a ping.`,
    fix: () => 'Turn off buffering in the proxy in front (nginx: proxy_buffering off).',
  },
  closed_at_once: {
    exit: ExitCode.failed,
    reason: (tried) =>
      `The handshake succeeded, then ${whoIs(tried)} closed with code ${tried.observation.kind === 'closed' ? tried.observation.code : 0}.`,
    fix: () => 'Try again; when it stays, the log says why: picoclaw-launcher gateway logs',
  },
} as const satisfies Readonly<Record<string, ReasonRow>>;
