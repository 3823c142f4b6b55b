import { ExitCode } from '../../exit-code.ts';
import type { Case } from '../case.ts';
import { placeOf, type ReasonRow, saying, statusOf, whoIs } from '../reason.ts';

const locationOf = ({ observation }: Case): string =>
  (observation.kind === 'answered' && observation.location) || 'another address';

const KEEP_UPGRADE =
  'nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"';

/** Why an answer came that is no open chat, though the token is not to blame. */
export const answerReasons = {
  channel_disabled: {
    exit: ExitCode.operator,
    reason: () => 'The Pico channel is turned off.',
    fix: () => 'Set channels.pico.enabled to true in config.json, then: picoclaw-launcher gateway reload',
  },
  origin_not_allowed: {
    exit: ExitCode.operator,
    reason: ({ origin = 'this origin' }) => `The gateway refuses pages of ${origin}.`,
    fix: ({ origin = 'the origin' }) =>
      `Add "${origin}" to channels.pico.allow_origins in config.json, then: picoclaw-launcher gateway reload`,
  },
  host_not_allowed: {
    exit: ExitCode.operator,
    reason: (tried) => `The launcher was asked under a name that it does not know itself by${saying(tried)}.`,
    fix: () =>
      'Add that name to "allowed_hosts" in launcher-config.json, or have the proxy keep it (nginx: proxy_set_header Host $host).',
  },
  network_not_allowed: {
    exit: ExitCode.operator,
    reason: () => 'The address of this machine is not in the allowlist of the launcher.',
    fix: () => 'Add its range to "allowed_cidrs" in launcher-config.json.',
  },
  too_many_connections: {
    exit: ExitCode.operator,
    reason: (tried) => `As many clients are connected as are allowed${saying(tried)}.`,
    fix: () => 'Close some, or raise channels.pico.max_connections in config.json.',
  },
  gateway_starting: {
    exit: ExitCode.notRunning,
    reason: () => 'The gateway is just starting or stopping.',
    fix: () => 'Try again in a moment.',
  },
  gateway_timeout: {
    exit: ExitCode.operator,
    reason: () => 'The launcher took the token, but the gateway did not answer it.',
    fix: () => 'Restart the gateway: picoclaw-launcher gateway restart',
  },
  bad_gateway: {
    exit: ExitCode.operator,
    reason: () => 'The launcher took the token, but what answers at the port of its gateway is no gateway.',
    fix: () => 'Restart the gateway: picoclaw-launcher gateway restart',
  },
  upgrade_dropped: {
    exit: ExitCode.operator,
    reason: (tried) =>
      `A proxy in front takes the Upgrade header away: the answer was ${statusOf(tried)} instead of 101.`,
    fix: () => `Let the proxy pass WebSockets on (${KEEP_UPGRADE}).`,
  },
  bad_upgrade: {
    exit: ExitCode.operator,
    reason: () => 'A proxy in front spoils the handshake: the 101 does not belong to it.',
    fix: () => `Let the proxy pass WebSockets on unchanged (${KEEP_UPGRADE}).`,
  },
  subprotocol_dropped: {
    exit: ExitCode.operator,
    reason: () => 'A proxy in front takes the Sec-WebSocket-Protocol header away, in which the token or its answer is.',
    fix: () => 'Have the proxy pass that header on in both directions, or present the token as Bearer.',
  },
  authorization_dropped: {
    exit: ExitCode.operator,
    reason: () => 'A proxy in front takes the Authorization header away, in which the token is.',
    fix: () => 'Have the proxy pass that header on, or present the token as subprotocol.',
  },
  redirected: {
    exit: ExitCode.operator,
    reason: (tried) => `The answer was a redirect (${statusOf(tried)}), which WebSocket clients do not follow.`,
    fix: (tried) => `Use the address that it leads to: ${locationOf(tried)}`,
  },
  wrong_path: {
    exit: ExitCode.operator,
    reason: (tried) => `There is no chat at ${new URL(tried.way.url).pathname}.`,
    fix: () => 'Use the path /pico/ws, behind "base_path" of launcher-config.json where that is set.',
  },
  refused_in_front: {
    exit: ExitCode.unauthorized,
    reason: (tried) => `Something in front of the launcher or gateway refuses with ${statusOf(tried)}.`,
    fix: () => 'Have the proxy let /pico/ws through, or sign in to the proxy.',
  },
  no_upstream: {
    exit: ExitCode.notRunning,
    reason: (tried) =>
      `A proxy answers at ${placeOf(tried)}, but reaches no launcher or gateway behind it (${statusOf(tried)}).`,
    fix: () => 'Start the launcher, or correct where the proxy sends requests to.',
  },
  not_picoclaw: {
    exit: ExitCode.operator,
    reason: (tried) =>
      `Neither a launcher nor a gateway answers at ${placeOf(tried)}: the answer was ${statusOf(tried)}.`,
    fix: () => 'Check host, port and path of the address.',
  },
  server_error: {
    exit: ExitCode.failed,
    reason: (tried) =>
      `There was a failure at ${whoIs(tried).replace(/^what/, 'what')}: ${statusOf(tried)}${saying(tried)}.`,
    fix: () => 'Its log says why: logs/launcher.log and logs/gateway.log in the home.',
  },
} as const satisfies Readonly<Record<string, ReasonRow>>;
