import { ExitCode } from '../../exit-code.ts';
import type { Case } from '../case.ts';
import { type ReasonRow, tokenName, whoIs } from '../reason.ts';

const unauthorized = ExitCode.unauthorized;

function driftReason(tried: Case): string {
  const { evidence, tokenFrom } = tried;
  const who = tried.way.target === 'given' ? 'What runs there' : `The running ${tried.way.target}`;
  const other = evidence.worksFrom === undefined ? '' : `, but accepts that of ${evidence.worksFrom}`;
  return `${who} does not accept ${tokenName(tried)} of this home (${tokenFrom})${other}.`;
}

function driftFix({ evidence, tokenFrom, way }: Case): string {
  // A variable has no slash in its name.
  if (evidence.worksFrom !== undefined && !tokenFrom.includes('/')) {
    return `Unset ${tokenFrom} here, or restart the ${way.target} with it.`;
  }
  return way.target === 'gateway'
    ? 'Have it read its configuration again: picoclaw-launcher gateway restart'
    : 'Restart the launcher from this environment, or set PICOCLAW_HOME of the one that runs.';
}

function retryText({ observation }: Case): string {
  const seconds = observation.kind === 'answered' ? observation.retryAfterS : undefined;
  return seconds === undefined ? 'Try again in a minute.' : `Try again in ${seconds} s.`;
}

/** Why a token was not let in, or could not be presented. */
export const tokenReasons = {
  no_token: {
    exit: ExitCode.operator,
    reason: ({ way }) => `This home has no ${way.token} token yet.`,
    fix: () => 'Start the launcher once, which makes one: picoclaw-launcher',
  },
  token_unfit: {
    exit: ExitCode.operator,
    reason: (tried) => `There are characters in ${tokenName(tried)} that cannot travel this way.`,
    fix: ({ way }) =>
      way.method === 'subprotocol'
        ? "Present it as Bearer, or choose a token of letters, digits, '-' and '_'."
        : "Choose a token of letters, digits, '-' and '_'.",
  },
  wrong_token: {
    exit: unauthorized,
    reason: (tried) => `The given token is none that ${whoIs(tried)} accepts.`,
    fix: ({ way }) => {
      const which = way.method === 'api' ? 'launcher' : 'channel';
      return `Take the ${which} token of the home that runs there: picoclaw-launcher token show --${which}`;
    },
  },
  launcher_token_at_gateway: {
    exit: unauthorized,
    reason: () => 'That is the launcher token, which the gateway does not take.',
    fix: () => 'Present the channel token here, or connect to the launcher.',
  },
  channel_token_at_api: {
    exit: unauthorized,
    reason: () => "That is the channel token: it opens the chat, not the launcher's API.",
    fix: () => 'Present the launcher token to /api: picoclaw-launcher token show --launcher',
  },
  pid_token_presented: {
    exit: unauthorized,
    reason: () => 'That is the pid token of the running gateway, which opens only its /reload.',
    fix: () => 'Present the channel token: picoclaw-launcher token show --channel',
  },
  composed_token_at_launcher: {
    exit: unauthorized,
    reason: () => 'That is a composed token, with which a launcher connects to its gateway; no launcher takes it.',
    fix: () => 'Present the channel token, which is what follows its first dot.',
  },
  composed_token_stale: {
    exit: unauthorized,
    reason: () => 'That is a composed token, but not of the gateway that runs there now: it ends with its process.',
    fix: () => 'Present the channel token, which is what follows its first dot.',
  },
  channel_token_shadowed: {
    exit: unauthorized,
    reason: () =>
      'That channel token stands in this home, but another one counts (PICOCLAW_GATEWAY_TOKEN beats all others).',
    fix: () => 'Take the one that counts: picoclaw-launcher token show --channel',
  },
  pid_token_override_on: {
    exit: ExitCode.operator,
    reason: () => 'The channel token is right, but gateway.pid_token_override lets only the launcher in here.',
    fix: () => 'Connect through the launcher, or set gateway.pid_token_override to false in config.json and reload.',
  },
  token_drift: { exit: unauthorized, reason: driftReason, fix: driftFix },
  embedded_token: {
    exit: unauthorized,
    reason: (tried) =>
      `${driftReason(tried).slice(0, -1)}: its service has a token of its own in ${tried.evidence.embeddedIn}.`,
    fix: () => 'Take it out of there: picoclaw-launcher doctor --repair --only embedded-token',
  },
  token_query_off: {
    exit: ExitCode.operator,
    reason: () => 'The token is right, but the gateway takes no ?token= in the address.',
    fix: () =>
      'Present it as Bearer or subprotocol; only for a client that cannot, set channels.pico.allow_token_query to true.',
  },
  session_needed: {
    exit: unauthorized,
    reason: (tried) =>
      tried.way.method === 'query'
        ? 'A launcher answers here, which takes no ?token= for a chat: without a signed-in session it wants a header.'
        : 'A sign-in page answers here: without a signed-in session nobody gets further.',
    fix: () => 'Present the token as Bearer or subprotocol, at the path /pico/ws.',
  },
  rate_limited: {
    exit: unauthorized,
    reason: () => 'Too many wrong tokens came from this address, so that none is looked at for now.',
    fix: retryText,
  },
} as const satisfies Readonly<Record<string, ReasonRow>>;
